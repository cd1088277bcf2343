/**
 * The decorators from which the container reads a class's dependencies, and the parts of tsyringe that it consists of. All code imports
 * tsyringe from here, because it throws when it is loaded before the metadata polyfill, and ES modules keep the order of
 * these two lines.
 */
import 'reflect-metadata/lite';

export {
  container,
  inject,
  injectable,
  instanceCachingFactory,
  instancePerContainerCachingFactory,
  Lifecycle,
} from 'tsyringe';
