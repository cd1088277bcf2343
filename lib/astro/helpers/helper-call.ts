import type { APIContext } from 'astro';
import { currentRequest } from '../../container/scope/current-request.js';
import { RequestScope, requestOf, type ScopedRequest } from '../../container/scope/request-scope.js';
import { InvalidCallError, OutsideRequestError } from '../../errors/index.js';

/** Anything that carries the request's `locals`: an endpoint's or middleware's context, or `Astro`. */
export type WithLocals = Pick<APIContext, 'locals'>;

const LOCALS_GIVEN = 'was given locals in the place of the context: pass what they belong to, such as Astro';
const SURPLUS =
  'was given one argument too many, which is no context: pass Astro, or the context of an endpoint or a middleware';

/** The arguments of one call. */
interface Call<Others> {
  /** `undefined` means the request that is being answered. */
  readonly context: WithLocals | undefined;
  readonly others: Others;
}

/**
 * The signature of a helper function, and the reading of its arguments. The context is the last argument, or left out. It
 * is found in any other place as well, so that older calls, which pass it first, remain valid.
 *
 * @template Others The arguments other than the context, as the overloads of the helper declare them.
 */
export class HelperCall<Others extends readonly unknown[]> {
  readonly name: string;
  readonly #least: number;
  readonly #most: number;

  /**
   * @param signature The signature, which error messages repeat: `signIn(user, options?, context?)`.
   * @param alias The other name of the helper.
   */
  constructor(
    readonly signature: string,
    readonly alias?: string,
  ) {
    const [name = '', parameters = ''] = signature.split(/[()]/);
    const others = parameters.split(', ').slice(0, -1);
    this.name = name;
    this.#least = others.filter((parameter) => !/^\.\.\.|\?$/.test(parameter)).length;
    this.#most = others.some((parameter) => parameter.startsWith('...')) ? Number.POSITIVE_INFINITY : others.length;
  }

  /**
   * Separates the context from the other arguments.
   *
   * @throws {InvalidCallError} For two contexts, for too many arguments, and for too few.
   */
  read(given: readonly unknown[]): Call<Others> {
    const passed = this.#isListCall(given) ? given.slice(0, 1) : given;
    const found = passed.findIndex(isContext);
    const place = found < 0 ? this.#placeOfContext(passed) : found;
    const others = place < 0 ? passed : passed.toSpliced(place, 1);
    const context = passed[place];
    if (others.some(isContext)) throw this.#wrong('was given two contexts: pass that of the request that is meant');
    // Locals would be accepted as options, and the call would apply to another request than theirs.
    if (others.some(isOfRequest)) throw this.#wrong(LOCALS_GIVEN);
    if (others.length > this.#most) throw this.#wrong(SURPLUS);
    if (others.length < this.#least) throw this.#wrong('was given too few arguments');
    return { context: hasLocals(context) ? context : undefined, others: others as unknown as Others };
  }

  /** Returns the arguments and the request; `undefined` outside a request. @throws {InvalidCallError} As {@link read}. */
  find(given: readonly unknown[]): Call<Others> & { readonly request: ScopedRequest | undefined } {
    const call = this.read(given);
    return { ...call, request: findRequest(call.context) };
  }

  /** Returns the arguments and the request. @throws {OutsideRequestError} Outside a request. @throws {InvalidCallError} As {@link read}. */
  within(given: readonly unknown[]): Call<Others> & { readonly request: ScopedRequest } {
    const { request, ...call } = this.find(given);
    if (!request) throw new OutsideRequestError(`${this.name}()`, this.alias && `${this.alias}()`);
    return { ...call, request };
  }

  /** Returns the request of the first context among arguments, or the one that is being answered, whatever else is wrong. */
  static requestIn(given: readonly unknown[]): ScopedRequest | undefined {
    return findRequest(given.find(isContext) as WithLocals | undefined);
  }

  /** Finds a context that does not look like one: `undefined`, `null`, or an object with `locals` alone, as in tests. */
  #placeOfContext(given: readonly unknown[]): number {
    const last = given.length - 1;
    // Rest parameters take every argument: they may come from a visitor, and no permission among them may go unchecked.
    if (given.length <= this.#most) return -1;
    const mayBe = (value: unknown) => value === undefined || value === null || hasLocals(value);
    return mayBe(given[last]) ? last : given.findIndex(mayBe);
  }

  /** Checks whether an array method calls the helper with an item, its index and the array: `roles.some(hasRole)`. */
  #isListCall(given: readonly unknown[]): boolean {
    if (given.length !== 3 || this.#most === Number.POSITIVE_INFINITY) return false;
    const [item, index, list] = given;
    return typeof index === 'number' && Array.isArray(list) && list[index] === item;
  }

  #wrong(problem: string): InvalidCallError {
    return new InvalidCallError(this.signature, problem, this.alias && `${this.alias}()`);
  }
}

/** Returns the request of a context, or the one that is being answered; `undefined` outside a request. */
export function findRequest(context?: WithLocals): ScopedRequest | undefined {
  const services: unknown = context?.locals?.services;
  const scope = services instanceof RequestScope ? services : currentRequest.scope;
  return scope && requestOf(scope);
}

/** Checks for a context: it has the services of its request, or a real `Request`. Data that a visitor sent has neither. */
function isContext(value: unknown): boolean {
  return hasLocals(value) && (isOfRequest(value.locals) || ('request' in value && value.request instanceof Request));
}

function hasLocals(value: unknown): value is WithLocals {
  return typeof value === 'object' && value !== null && 'locals' in value;
}

/** Checks whether a value is the `locals` of a request, or its scope. */
function isOfRequest(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return value instanceof RequestScope || ('services' in value && value.services instanceof RequestScope);
}
