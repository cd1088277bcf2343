/** An address, as the client accepts it. Special characters in its password must be encoded. */
const ADDRESS = /^postgres(?:ql)?:\/\/(?:[^/?#]*@)?[^/?#@]*(?:\/[^?#@]*)?(?:\?[^#]*)?$/i;

/** @returns The reason why a string is no address of PostgreSQL; `undefined` when it is one. */
export function postgresAddressProblem(given: string): string | undefined {
  return ADDRESS.test(given) && URL.canParse(given) ? undefined : 'must be an address: postgres://localhost:5432/shop';
}
