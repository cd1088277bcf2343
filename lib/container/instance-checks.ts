import { CsrfGuard } from '../access/csrf/csrf-guard.js';
import { RouteGuard } from '../access/route-guard.js';
import { InvalidOverrideError } from '../errors.js';
import { answersLater, forget, isPromise } from '../session/promised.js';
import type { Class } from './registration.js';

const WAIT_INSIDE = 'Give one that waits in its methods for what it needs: () => new Mine(connect()).';

/** What handed the instance over: `services.value()`, or a function that makes one. */
type Giver = 'value' | 'factory';

/** Methods for callers of your own, by the class that has them, each with the one that the package calls. */
const CALLED_INSTEAD: ReadonlyMap<Class, Readonly<Record<string, string>>> = new Map<Class, Record<string, string>>([
  [RouteGuard, { inspect: 'judge' }],
  [CsrfGuard, { inspect: 'judge' }],
]);

/** What is answered with yes or no, by its name. */
const QUESTION = /^(?:is|has|may|can)(?:[A-Z]|$)/;

/** @throws {InvalidOverrideError} For an async function: what it makes comes too late. */
export function assertPrompt(token: Class, make: unknown): void {
  if (!answersLater(make)) return;
  throw new InvalidOverrideError(token.name, nameOf(make), `it is async, and is not waited for. ${WAIT_INSIDE}`);
}

/** @throws {InvalidOverrideError} For what is no instance of a class. */
export function assertFits(token: Class, instance: unknown, giver: Giver): asserts instance is object {
  assertThere(token, instance, giver);
  if (instance instanceof token) return;
  const cure = `Give an instance of a class that extends ${token.name}.`;
  throw new InvalidOverrideError(token.name, whatGave(giver), `it is not a ${token.name}. ${cure}`);
}

/** @throws {InvalidOverrideError} For a promise, and for what is no object at all. */
export function assertThere(token: Class, instance: unknown, giver: Giver): void {
  if (instance instanceof token) return;
  if (isPromise(instance)) {
    forget(instance);
    throw new InvalidOverrideError(
      token.name,
      whatGave(giver),
      `it is a promise, and is not waited for. ${WAIT_INSIDE}`,
    );
  }
  if (typeof instance === 'object' && instance !== null) return;
  const cure = `Give an instance of ${token.name}, or of a class that extends ${token.name}.`;
  throw new InvalidOverrideError(
    token.name,
    whatGave(giver),
    `it is ${instance === null ? 'null' : typeof instance}. ${cure}`,
  );
}

/**
 * @param instance What stands for the class: an instance, or the prototype of those to come.
 * @throws {InvalidOverrideError} For one that answers a question later: to whoever does not wait, a promise is a yes.
 */
export function assertAnswers(token: Class, instance: object): void {
  const method = lateAnswer(token, instance);
  if (method === undefined) return;
  throw new InvalidOverrideError(
    token.name,
    instance.constructor.name,
    `its ${method}() is async, and a promise counts as yes to whoever asks. Look up before what it needs: the resolve() of ` +
      'a VisitorResolver may wait.',
  );
}

/**
 * @param instance As for {@link assertAnswers}.
 * @throws {InvalidOverrideError} For one that says something where nobody asks: it would stand guard over nothing.
 */
export function assertAsked(token: Class, instance: object): void {
  const overrides = (name: string) => methodOf(instance, name) !== methodOf(token.prototype, name);
  for (const [unasked, asked] of Object.entries(CALLED_INSTEAD.get(token) ?? {})) {
    if (!overrides(unasked) || overrides(asked)) continue;
    throw new InvalidOverrideError(
      token.name,
      instance.constructor.name,
      `it overrides ${unasked}(), which the package does not call. Override ${asked}() instead, which says why as well.`,
    );
  }
}

/** Asserts of what stands for a part of the package that nobody is let in by it unasked, as the two above say. */
export function assertSound(token: Class, instance: object): void {
  assertAnswers(token, instance);
  assertAsked(token, instance);
}

/** The name of a class or of a function. */
export function nameOf(implementation: unknown): string {
  return (typeof implementation === 'function' && implementation.name) || 'The function given';
}

function whatGave(giver: Giver): string {
  return giver === 'value' ? 'What value() was given' : 'What the function given made';
}

/** @returns The name of a question that the class answers at once, and what stands for it later. */
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

/** Without calling what is read like a property. */
function methodOf(holder: object | null, name: string): unknown {
  if (holder === null) return undefined;
  const found = Object.getOwnPropertyDescriptor(holder, name);
  return found ? found.value : methodOf(Object.getPrototypeOf(holder), name);
}
