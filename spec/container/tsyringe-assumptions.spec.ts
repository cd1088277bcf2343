// Imported first, because tsyringe does not load without it.
import 'reflect-metadata/lite';

import { describe, expect, it } from '@jest/globals';
import { instancePerContainerCachingFactory, Lifecycle, container as root } from 'tsyringe';
import { injectable } from '../../lib/injectable.js';

/** The behaviour of tsyringe that `Services` relies on or guards against: an upgrade that changes it fails here. */
class Engine {}

@injectable()
class Car {
  constructor(readonly engine: Engine) {}
}

const fresh = () => root.createChildContainer();

describe('tsyringe', () => {
  it('creates a subclass without a decorator without dependencies, and without an error', () => {
    class Plain extends Car {}
    expect(fresh().resolve(Plain).engine).toBeUndefined();
  });

  it('injects the dependencies of its parent into a subclass that is decorated later', () => {
    class Later extends Car {}
    injectable()(Later);
    expect(fresh().resolve(Later).engine).toBeInstanceOf(Engine);
  });

  it('injects the first dependency of the parent into a defaulted parameter', () => {
    class Logging extends Car {
      constructor(readonly log: unknown = 'console') {
        super(new Engine());
      }
    }
    injectable()(Logging);
    expect(fresh().resolve(Logging).log).toBeInstanceOf(Engine);
  });

  it('throws for a constructor without metadata', () => {
    class Unknown {
      constructor(readonly engine: Engine) {}
    }
    expect(() => fresh().resolve(Unknown)).toThrow('TypeInfo not known for "Unknown"');
  });

  it('instantiates an abstract class that is not registered', () => {
    abstract class Port {}
    expect(fresh().resolve(Port as never)).toBeInstanceOf(Port);
  });

  it('knows an interface only as Object', () => {
    interface Horn {
      honk(): void;
    }
    @injectable()
    class Loud {
      constructor(readonly horn: Horn) {}
    }
    expect(() => fresh().resolve(Loud)).toThrow('TypeInfo not known for "Object"');
  });

  it('keeps a singleton with the dependencies of the child container that created it', () => {
    const parent = fresh();
    parent.register(Car, { useClass: Car }, { lifecycle: Lifecycle.Singleton });
    const [alice, bob] = [parent.createChildContainer(), parent.createChildContainer()];
    const [hers, his] = [new Engine(), new Engine()];
    alice.register(Engine, { useValue: hers });
    bob.register(Engine, { useValue: his });
    expect(alice.resolve(Car).engine).toBe(hers);
    expect(bob.resolve(Car).engine).toBe(hers);
  });

  it('disposes of a singleton along with the child container that created it', async () => {
    const ended: string[] = [];
    class Store {
      dispose() {
        ended.push('store');
      }
    }
    const parent = fresh();
    parent.register(Store, { useClass: Store }, { lifecycle: Lifecycle.Singleton });
    const child = parent.createChildContainer();
    const store = child.resolve(Store);
    await child.dispose();
    expect(ended).toEqual(['store']);
    expect(parent.resolve(Store)).toBe(store);
  });

  it('keeps one instance of a container-scoped class for each container', () => {
    const parent = fresh();
    parent.register(Engine, { useClass: Engine }, { lifecycle: Lifecycle.ContainerScoped });
    const [one, other] = [parent.createChildContainer(), parent.createChildContainer()];
    expect(one.resolve(Engine)).toBe(one.resolve(Engine));
    expect(one.resolve(Engine)).not.toBe(other.resolve(Engine));
  });

  it('rejects a lifecycle for a factory, and accepts a factory that caches instances per container', () => {
    const parent = fresh();
    const scoped = { lifecycle: Lifecycle.ContainerScoped };
    const useFactory = instancePerContainerCachingFactory(() => new Engine());
    expect(() => parent.register(Engine, { useFactory } as never, scoped)).toThrow('Cannot use lifecycle');
    parent.register(Engine, { useFactory });
    const [one, other] = [parent.createChildContainer(), parent.createChildContainer()];
    expect(one.resolve(Engine)).toBe(one.resolve(Engine));
    expect(one.resolve(Engine)).not.toBe(other.resolve(Engine));
  });

  it('uses the last registration', () => {
    const container = fresh();
    const [first, last] = [new Engine(), new Engine()];
    container.register(Engine, { useValue: first });
    container.register(Engine, { useValue: last });
    expect(container.resolve(Engine)).toBe(last);
  });

  it('wraps the error of a dependency, whose class is lost', () => {
    class Broken {
      constructor() {
        throw new RangeError('empty tank');
      }
    }
    @injectable()
    class Needing {
      constructor(readonly broken: Broken) {}
    }
    expect(() => fresh().resolve(Needing)).toThrow(/Cannot inject the dependency.*empty tank/s);
    expect(() => fresh().resolve(Needing)).not.toThrow(RangeError);
  });
});
