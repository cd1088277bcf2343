/** Which page was rendered, with its parameters: in letters that no encoding of an answer changes. */
export function servedAs(page: string, params: Record<string, string | undefined>): string {
  return `SERVED:${Buffer.from(JSON.stringify([page, params])).toString('base64url')}`;
}
