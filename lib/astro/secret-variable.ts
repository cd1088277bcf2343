import type { AstroConfig } from 'astro';
import { InvalidOptionsError } from '../errors.js';

const NAME = 'GATEHOUSE_SECRET';

/**
 * Returns the declaration of the secret for `astro:env`: a secret that is read at run time. It is not required, because
 * neither a build nor `astro dev` needs it; a built server reports a missing one itself.
 *
 * @throws {InvalidOptionsError} When the project has declared it public, which would put it into the build.
 */
export function secretVariable({ env }: Pick<AstroConfig, 'env'>): AstroConfig['env']['schema'] {
  const declared = env?.schema?.[NAME];
  if (!declared) return { [NAME]: { context: 'server', access: 'secret', type: 'string', optional: true } };
  if (declared.access === 'secret') return {};
  const cure = `leave it out, or write envField.string({ context: 'server', access: 'secret', optional: true })`;
  throw new InvalidOptionsError([`env.schema.${NAME} would put the secret into the build: ${cure}`]);
}
