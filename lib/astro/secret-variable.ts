import type { AstroConfig } from 'astro';
import { InvalidOptionsError } from '../errors.js';

const NAME = 'GATEHOUSE_SECRET';

/**
 * What `astro:env` is to know of the secret: it is one, and is read when the server runs. Not required, because a build
 * needs none, nor does `astro dev`; a built server says so itself.
 *
 * @throws {InvalidOptionsError} When the project has made it public, which would put it into the build.
 */
export function secretVariable({ env }: Pick<AstroConfig, 'env'>): AstroConfig['env']['schema'] {
  const declared = env?.schema?.[NAME];
  if (!declared) return { [NAME]: { context: 'server', access: 'secret', type: 'string', optional: true } };
  if (declared.access === 'secret') return {};
  const cure = `leave it out, or write envField.string({ context: 'server', access: 'secret', optional: true })`;
  throw new InvalidOptionsError([`env.schema.${NAME} would put the secret into the build: ${cure}`]);
}
