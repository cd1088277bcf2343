/**
 * The decorators from which the container reads a class's dependencies. They are in this module, and not in the
 * container's, because tsyringe throws when it is loaded before the metadata polyfill, and ES modules keep the order
 * of these two lines.
 */
import 'reflect-metadata/lite';

export { inject, injectable } from 'tsyringe';
