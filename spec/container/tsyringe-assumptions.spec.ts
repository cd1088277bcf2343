// First, because tsyringe refuses to load before it.
import 'reflect-metadata/lite';

import { describe, expect, it } from '@jest/globals';
import { instancePerContainerCachingFactory, Lifecycle, container as root } from 'tsyringe';
import { injectable } from '../../lib/injectable.js';

/** What tsyringe does and `Services` relies on, or keeps from happening. An upgrade that changes it shows here. */
class Engine {}

@injectable()
class Car {
  constructor(readonly engine: Engine) {}
}

const fresh = () => root.createChildContainer();

describe('tsyringe', () => {
  it('makes a subclass without a decorator of nothing, and says nothing', () => {
    class Plain extends Car {}
    expect(fresh().resolve(Plain).engine).toBeUndefined();
  });

  it('fills a subclass as its parent once it is decorated afterwards', () => {
    class Later extends Car {}
    injectable()(Later);
    expect(fresh().resolve(Later).engine).toBeInstanceOf(Engine);
  });

  it('fills a defaulted parameter with the first thing the parent asks for', () => {
    class Logging extends Car {
      constructor(readonly log: unknown = 'console') {
        super(new Engine());
      }
    }
    injectable()(Logging);
    expect(fresh().resolve(Logging).log).toBeInstanceOf(Engine);
  });

  it('refuses a constructor that it knows nothing about', () => {
    class Unknown {
      constructor(readonly engine: Engine) {}
    }
    expect(() => fresh().resolve(Unknown)).toThrow('TypeInfo not known for "Unknown"');
  });

  it('makes an instance of an abstract class that nobody registered', () => {
    abstract class Port {}
    expect(fresh().resolve(Port as never)).toBeInstanceOf(Port);
  });

  it('knows an interface as Object only', () => {
    interface Horn {
      honk(): void;
    }
    @injectable()
    class Loud {
      constructor(readonly horn: Horn) {}
    }
    expect(() => fresh().resolve(Loud)).toThrow('TypeInfo not known for "Object"');
  });

  it('keeps for everybody what the first child made for a singleton', () => {
    const parent = fresh();
    parent.register(Car, { useClass: Car }, { lifecycle: Lifecycle.Singleton });
    const [alice, bob] = [parent.createChildContainer(), parent.createChildContainer()];
    const [hers, his] = [new Engine(), new Engine()];
    alice.register(Engine, { useValue: hers });
    bob.register(Engine, { useValue: his });
    expect(alice.resolve(Car).engine).toBe(hers);
    expect(bob.resolve(Car).engine).toBe(hers);
  });

  it('disposes with a child of a singleton that the child made', async () => {
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

  it('keeps one instance for each container of what is scoped to it', () => {
    const parent = fresh();
    parent.register(Engine, { useClass: Engine }, { lifecycle: Lifecycle.ContainerScoped });
    const [one, other] = [parent.createChildContainer(), parent.createChildContainer()];
    expect(one.resolve(Engine)).toBe(one.resolve(Engine));
    expect(one.resolve(Engine)).not.toBe(other.resolve(Engine));
  });

  it('refuses a lifecycle beside a function, and keeps instances for each container when the function does', () => {
    const parent = fresh();
    const scoped = { lifecycle: Lifecycle.ContainerScoped };
    const useFactory = instancePerContainerCachingFactory(() => new Engine());
    expect(() => parent.register(Engine, { useFactory } as never, scoped)).toThrow('Cannot use lifecycle');
    parent.register(Engine, { useFactory });
    const [one, other] = [parent.createChildContainer(), parent.createChildContainer()];
    expect(one.resolve(Engine)).toBe(one.resolve(Engine));
    expect(one.resolve(Engine)).not.toBe(other.resolve(Engine));
  });

  it('lets the last registration win', () => {
    const container = fresh();
    const [first, last] = [new Engine(), new Engine()];
    container.register(Engine, { useValue: first });
    container.register(Engine, { useValue: last });
    expect(container.resolve(Engine)).toBe(last);
  });

  it('wraps what a dependency throws, so that its class is lost', () => {
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
