/** An address, as the client accepts it. Special characters in its password must be encoded. */
const ADDRESS = /^postgres(?:ql)?:\/\/(?:[^/?#]*@)?[^/?#@]*(?:\/[^?#@]*)?(?:\?[^#]*)?$/i;

/** Returns the host and port of an address, or those in the environment without one; never user and password. */
export function nameOfAddress(url: string | undefined): string {
  const { PGHOST = 'localhost', PGPORT = '5432' } = process.env;
  if (url === undefined) return `${PGHOST}:${PGPORT}`;
  return URL.canParse(url) ? new URL(url).host : 'its address';
}

/** @returns The reason why a string is no address of PostgreSQL; `undefined` when it is one. */
export function postgresAddressProblem(given: string): string | undefined {
  return ADDRESS.test(given) && URL.canParse(given) ? undefined : 'must be an address: postgres://localhost:5432/shop';
}
