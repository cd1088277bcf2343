import type { IncomingHttpHeaders } from 'node:http';
import { InvalidCallError } from '../../errors/index.js';

/** A request whose session is opened, or its headers: a `Headers`, or the object with headers that Node creates. */
export type HeaderSource =
  | Headers
  | IncomingHttpHeaders
  | { readonly headers: Headers | IncomingHttpHeaders; readonly url?: string | undefined };

/** The headers of a request, and the address to which it was sent as far as it is known. */
export interface SentHeaders {
  readonly headers: Headers;
  /** The path with its query, or the whole address; `undefined` when only headers are known. */
  readonly url: string | undefined;
  /** True when the connection to this process is encrypted. */
  readonly isEncrypted: boolean;
  /** True when HTTP/2 names the protocol of a WebSocket, because it has no header `Upgrade`. */
  readonly opensWebSocket: boolean;
}

const SIGNATURE = 'openSession(headers, options?)';
/** The names of HTTP/2 for the host and the protocol of a request. */
const HOST = ':authority';
const PROTOCOL = ':protocol';

/** Reads what {@link HeaderSource} allows. @throws {InvalidCallError} For anything else. */
export function readSource(source: HeaderSource): SentHeaders {
  if (isHeaders(source)) return sentHeaders(source, {});
  if (typeof source !== 'object' || source === null) {
    throw new InvalidCallError(SIGNATURE, 'was given no headers: pass request.headers, or the request');
  }
  const { headers } = source as { headers?: unknown };
  // A header may have the name "headers", but its value is no object.
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    return sentHeaders(source as IncomingHttpHeaders, {});
  }
  return sentHeaders(headers as Headers | IncomingHttpHeaders, source as object);
}

function sentHeaders(
  given: Headers | IncomingHttpHeaders,
  { url, socket }: { url?: unknown; socket?: { encrypted?: unknown } },
): SentHeaders {
  const fields = isHeaders(given) ? [...given] : Object.entries(given);
  const headers = new Headers();
  for (const [name, value] of fields) {
    if (value === undefined || name.startsWith(':')) continue;
    // Cookies of HTTP/2 may arrive in several fields; they belong into one.
    const separator = name.toLowerCase() === 'cookie' ? '; ' : ', ';
    headers.set(name, Array.isArray(value) ? value.join(separator) : value);
  }
  const special = new Map(fields.filter(([name]) => name.startsWith(':')));
  const host = special.get(HOST);
  if (typeof host === 'string' && !headers.has('host')) headers.set('host', host);
  return {
    headers,
    url: typeof url === 'string' ? url : undefined,
    isEncrypted: socket?.encrypted === true,
    opensWebSocket: special.get(PROTOCOL) === 'websocket',
  };
}

/** Checks for headers by their methods, because a server may have another implementation than this package. */
function isHeaders(value: unknown): value is Headers {
  if (typeof value !== 'object' || value === null) return false;
  return 'get' in value && typeof value.get === 'function' && Symbol.iterator in value;
}
