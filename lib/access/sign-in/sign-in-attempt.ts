/** A value that JSON keeps as it is. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Options of an attempt to sign in. */
export interface SignInStart {
  /**
   * The page to return to afterwards. Default: the page that the visitor wanted to open, found as `safeReturnTo` finds
   * it. A path that could leave the site, except for an address of `csrf.trustedOrigins`, or one that is longer than 1024
   * characters, is ignored.
   */
  returnTo?: string | undefined;
  /**
   * The name of the provider that must answer, or of the step that must follow: `second-factor`. It is sealed, and
   * `takeSignIn` must name the same, so that neither another provider nor another page can finish the attempt.
   */
  provider?: string | undefined;
  /** A value of the application for the return: plain JSON, up to 1024 bytes. Sealed: nobody can read or change it. */
  data?: unknown;
  /** Seconds for which the attempt counts: 10 to 3600. Default 600. */
  expiresIn?: number | undefined;
  /**
   * The path of the page to which the provider posts its answer as a form (`response_mode=form_post`). The page may then
   * be posted to from another site, with the state of a pending attempt of this browser only. Default: the provider
   * redirects the browser.
   */
  formPost?: string | undefined;
}

/** An attempt that has begun: what the address of the provider needs. */
export interface BegunSignIn {
  readonly state: string;
  /** For OpenID Connect: the provider repeats it in its ID token. */
  readonly nonce: string;
  /** The PKCE verifier. It is sealed as well; only libraries that compute the challenge themselves need it here. */
  readonly codeVerifier: string;
  /** The PKCE challenge, by the method `S256`. */
  readonly codeChallenge: string;
  /** All of this as parameters of the provider's address: `new URLSearchParams({ …, ...begun.parameters })`. */
  readonly parameters: {
    readonly state: string;
    readonly nonce: string;
    readonly code_challenge: string;
    readonly code_challenge_method: 'S256';
  };
}

/** An attempt that the visitor has come back from. @template Data The type of the value that it began with. */
export interface TakenSignIn<Data = unknown> {
  readonly state: string;
  /** The nonce that an ID token must contain. */
  readonly nonce: string;
  /** The PKCE verifier that the provider requires for the code. */
  readonly codeVerifier: string;
  /** The page to return to; `safeReturnTo` returns it in this request. `undefined` when none was asked for. */
  readonly returnTo?: string | undefined;
  readonly provider?: string | undefined;
  /** The value of the application that the attempt began with. */
  readonly data: Data;
}

const MOST_BYTES = 1024;
const LONGEST_NAME = 100;
const SHORTEST = 10;
const LONGEST = 3600;

/** Returns what is wrong with the options of an attempt, with the option's name and the cure; `undefined` when nothing is. */
export function problemOf({ provider, data, expiresIn = SHORTEST, formPost }: SignInStart): string | undefined {
  if (provider !== undefined && !(typeof provider === 'string' && provider !== '' && provider.length <= LONGEST_NAME)) {
    return `was given a provider that is not a string of 1 to ${LONGEST_NAME} characters`;
  }
  if (!(Number.isFinite(expiresIn) && expiresIn >= SHORTEST && expiresIn <= LONGEST)) {
    return `was given expiresIn: ${expiresIn}, which is not a number of seconds from ${SHORTEST} to ${LONGEST}`;
  }
  if (
    formPost !== undefined &&
    !(typeof formPost === 'string' && /^\/(?!\/)/.test(formPost) && formPost.length <= 256)
  ) {
    return 'was given a formPost that is not the path of a page, which begins with one "/"';
  }
  const problem = data === undefined ? undefined : problemOfData(data, MOST_BYTES);
  return problem && `was given data that ${problem}`;
}

/** Returns why a value cannot be sealed; `undefined` when it can. */
export function problemOfData(data: unknown, mostBytes: number): string | undefined {
  if (!isPlainJson(data)) return 'is not plain JSON: use strings, finite numbers, booleans, null, arrays and objects';
  const bytes = new TextEncoder().encode(JSON.stringify(data)).length;
  return bytes > mostBytes
    ? `takes ${bytes} bytes, more than ${mostBytes}: pass an id, and look the rest up`
    : undefined;
}

/** Checks whether JSON returns a value as it was. Values of classes would come back without their methods. */
function isPlainJson(value: unknown, depth = 0): value is JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth > 20) return false;
  if (Array.isArray(value)) return value.every((each) => isPlainJson(each, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.entries(value).every(([key, each]) => key !== '__proto__' && isPlainJson(each, depth + 1));
}
