/**
 * The decorators the container reads a class's dependencies through. They stand here, apart from the container,
 * because tsyringe refuses to load before the metadata polyfill, and ES modules keep the order of these two lines.
 */
import 'reflect-metadata/lite';

export { inject, injectable } from 'tsyringe';
