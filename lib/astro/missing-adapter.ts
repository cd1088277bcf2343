import type { AstroConfig } from 'astro';

/**
 * Returns advice for a project without an adapter. Astro builds such a project without a warning as long as all pages
 * can be prerendered; otherwise its error names no command.
 */
export function missingAdapter({ adapter, output }: Pick<AstroConfig, 'adapter' | 'output'>): string | undefined {
  if (adapter !== undefined) return undefined;
  const onDemand = output === 'server' ? '' : ", and write output: 'server' in astro.config";
  return (
    'There is no adapter, so no built page can know its visitors: no sessions, no sign-in, no rules. ' +
    `Add one with npx astro add node${onDemand}.`
  );
}
