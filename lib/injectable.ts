/**
 * The decorator the container reads a class's dependencies through. It stands here, apart from the container,
 * because tsyringe refuses to load before the metadata polyfill, and ES modules keep the order of these two lines.
 */
import 'reflect-metadata/lite';

export { injectable } from 'tsyringe';
