import 'reflect-metadata/lite';
import { describe, expect, it } from '@jest/globals';
import { inject } from 'tsyringe';
import { assertNoCircle, dependenciesOf, Making, whyNotReplaceable } from '../../lib/container/class-inspection.js';
import { ServiceConstructionError } from '../../lib/errors/index.js';
import { injectable } from '../../lib/injectable.js';

// Imported first, because tsyringe does not load without it.

class Engine {}
class Wheels {}

@injectable()
class Car {
  constructor(
    readonly engine: Engine,
    readonly wheels: Wheels = new Wheels(),
  ) {}
}

describe('The dependencies of a class', () => {
  it('are the parameters of its constructor, including defaulted ones', () => {
    expect(dependenciesOf(Car)).toEqual([Engine, Wheels]);
  });

  it('are those of its parent when it has no constructor', () => {
    class Cab extends Car {}
    class LateCab extends Cab {}
    expect(dependenciesOf(LateCab)).toEqual([Engine, Wheels]);
  });

  it('are none when its constructor has no parameters', () => {
    class Toy extends Car {
      constructor() {
        super(new Engine());
      }
    }
    expect(dependenciesOf(Toy)).toEqual([]);
    expect(dependenciesOf(Engine)).toEqual([]);
  });

  it('are the injected tokens in place of the types', () => {
    @injectable()
    class Truck {
      constructor(
        @inject(Wheels) readonly wheels: unknown,
        @inject('radio', { isOptional: true }) readonly radio: unknown,
        readonly engine: Engine,
      ) {}
    }
    expect(dependenciesOf(Truck)).toEqual([Wheels, Engine]);
  });

  it('are unknown where a type does not exist at run time', () => {
    @injectable()
    class Odd {
      constructor(
        readonly shape: { sides: number },
        readonly name: string,
        readonly count = 3,
      ) {}
    }
    expect(dependenciesOf(Odd)).toEqual([undefined, undefined, undefined]);
  });
});

describe('A replacement for a class', () => {
  it('may be the class, a subclass or a function', () => {
    class Cab extends Car {}
    for (const implementation of [Car, Cab, () => new Cab(new Engine())]) {
      expect(whyNotReplaceable(Car, implementation, 'shared')).toBeUndefined();
    }
  });

  it('may have any constructor when the package instantiates it itself', () => {
    class Own extends Car {
      constructor(
        engine: Engine,
        readonly extra = 1,
      ) {
        super(engine);
      }
    }
    expect(whyNotReplaceable(Car, Own, 'made')).toBeUndefined();
    expect(whyNotReplaceable(Car, Own, 'shared')).toContain('its constructor has parameters, and nothing declares');
    expect(whyNotReplaceable(Car, () => new Car(new Engine()), 'made')).toContain('Pass a class that extends Car');
  });
});

class A {}
class B {}
class C {}

describe('Circular dependencies', () => {
  it('are found by the parameters of the constructors', () => {
    const needs = new Map<unknown, unknown[]>([
      [A, [B, 'text']],
      [B, [C]],
      [C, [B]],
    ]);
    const dependencies = (token: unknown) => needs.get(token) ?? [];
    expect(() => assertNoCircle([A, B, C], dependencies)).toThrow(
      'B needs C needs B, so none of them can be created first',
    );
    needs.set(C, []);
    expect(() => assertNoCircle([A, B, C], dependencies)).not.toThrow();
  });

  it('are detected during construction, where the failure is recorded', () => {
    const making = new Making();
    const make = (): string => making.within(A, () => making.within(B, make));
    expect(make).toThrow(ServiceConstructionError);
    expect(making.failure?.message).toContain('A needs B needs A, so none');
    expect(making.within(A, () => 'again')).toBe('again');
  });
});
