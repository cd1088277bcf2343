import { CsrfGuard } from '../access/csrf/csrf-guard.js';
import { RouteGuard } from '../access/guard/route-guard.js';
import { answersLater, forget, isPromise } from '../base/promised.js';
import { InvalidOverrideError } from '../errors/index.js';
import type { Class } from './registration.js';

const WAIT_INSIDE = 'Pass one that waits in its methods for what it needs: () => new Mine(connect()).';

/** The source of an instance: `services.value()`, or a factory. */
type Giver = 'value' | 'factory';

/** Methods that only applications call, each with the method that the package calls instead, by class. */
const CALLED_INSTEAD: ReadonlyMap<Class, Readonly<Record<string, string>>> = new Map<Class, Record<string, string>>([
  [RouteGuard, { inspect: 'judge' }],
  [CsrfGuard, { inspect: 'judge' }],
]);

/** Names of methods that return true or false. Every such method of a class that can be replaced has one of them. */
const QUESTION = /^(?:is|has|may|can|excepts|asksFor)(?:[A-Z]|$)/;

/** @throws {InvalidOverrideError} For an async function, because services are created synchronously. */
export function assertPrompt(token: Class, make: unknown): void {
  if (!answersLater(make)) return;
  throw new InvalidOverrideError(token.name, nameOf(make), `it is async, and is not awaited. ${WAIT_INSIDE}`);
}

/** @throws {InvalidOverrideError} For a value that is not an instance of the class. */
export function assertFits(token: Class, instance: unknown, giver: Giver): asserts instance is object {
  assertThere(token, instance, giver);
  if (instance instanceof token) return;
  const cure = `Pass an instance of a class that extends ${token.name}.`;
  throw new InvalidOverrideError(token.name, whatGave(giver), `it is not a ${token.name}. ${cure}`);
}

/** @throws {InvalidOverrideError} For a promise, and for a value that is not an object. */
export function assertThere(token: Class, instance: unknown, giver: Giver): void {
  if (instance instanceof token) return;
  if (isPromise(instance)) {
    forget(instance);
    throw new InvalidOverrideError(token.name, whatGave(giver), `it is a promise, and is not awaited. ${WAIT_INSIDE}`);
  }
  if (typeof instance === 'object' && instance !== null) return;
  const cure = `Pass an instance of ${token.name}, or of a class that extends ${token.name}.`;
  throw new InvalidOverrideError(
    token.name,
    whatGave(giver),
    `it is ${instance === null ? 'null' : typeof instance}. ${cure}`,
  );
}

/**
 * Checks that no method which must return true or false returns a promise.
 *
 * @param instance The replacement: an instance, or the prototype of instances that are created later.
 * @throws {InvalidOverrideError} For such a method that is async: a caller that does not wait would take the promise
 *   for true.
 */
export function assertAnswers(token: Class, instance: object): void {
  const method = lateAnswer(token, instance);
  if (method === undefined) return;
  throw new InvalidOverrideError(
    token.name,
    instance.constructor.name,
    `its ${method}() is async, and a caller takes a promise for true. Look up what it needs beforehand: the ` +
      'resolve() of a VisitorResolver may wait.',
  );
}

/**
 * Checks that no override is ignored.
 *
 * @param instance As for {@link assertAnswers}.
 * @throws {InvalidOverrideError} For an override of a method that the package does not call: it would protect nothing.
 */
export function assertAsked(token: Class, instance: object): void {
  const overrides = (name: string) => methodOf(instance, name) !== methodOf(token.prototype, name);
  for (const [unasked, asked] of Object.entries(CALLED_INSTEAD.get(token) ?? {})) {
    if (!overrides(unasked) || overrides(asked)) continue;
    throw new InvalidOverrideError(
      token.name,
      instance.constructor.name,
      `it overrides ${unasked}(), which the package does not call. Override ${asked}() instead, which also returns ` +
        `the reason.`,
    );
  }
}

/**
 * Runs both checks above on the replacement of a part of the package, because either fault would let visitors in
 * unchecked.
 */
export function assertSound(token: Class, instance: object): void {
  assertAnswers(token, instance);
  assertAsked(token, instance);
}

/** Returns the name of a class or of a function. */
export function nameOf(implementation: unknown): string {
  return (typeof implementation === 'function' && implementation.name) || 'The function passed';
}

function whatGave(giver: Giver): string {
  return giver === 'value' ? 'The value passed to value()' : 'The result of the function passed';
}

/** @returns The name of a method that returns true or false in the class, and a promise in its replacement. */
function lateAnswer(token: Class, instance: object): string | undefined {
  const questions = methodNames(token.prototype).filter((name) => QUESTION.test(name));
  return questions.find((name) => {
    const [own, given] = [methodOf(token.prototype, name), methodOf(instance, name)];
    return given !== own && typeof own === 'function' && !answersLater(own) && answersLater(given);
  });
}

function methodNames(prototype: object | null): string[] {
  if (prototype === null || prototype === Object.prototype) return [];
  return [...Object.getOwnPropertyNames(prototype), ...methodNames(Object.getPrototypeOf(prototype))];
}

/** Returns a method without calling getters. */
function methodOf(holder: object | null, name: string): unknown {
  if (holder === null) return undefined;
  const found = Object.getOwnPropertyDescriptor(holder, name);
  return found ? found.value : methodOf(Object.getPrototypeOf(holder), name);
}
