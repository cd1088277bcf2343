import { createRequire } from 'node:module';
import type vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

// The module as Jest reads it: what an import binds cannot be replaced.
const shared: typeof vm = createRequire(import.meta.url)('node:vm');

/**
 * Jest's environment for Node with an ordinary global object. Jest's own is a proxy, which code asks for every `Math` and
 * `Promise` that it names: what computes takes several times as long behind it.
 */
export default class PlainEnvironment extends TestEnvironment {
  constructor(...options: ConstructorParameters<typeof TestEnvironment>) {
    const { createContext } = shared;
    shared.createContext = () => createContext(shared.constants.DONT_CONTEXTIFY);
    try {
      super(...options);
    } finally {
      shared.createContext = createContext;
    }
  }
}
