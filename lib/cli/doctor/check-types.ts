import type { Facts } from './facts.js';
import type { Finding } from './finding.js';

/** Checks whether editors and `astro check` accept the decorators that the site is built with. */
export function checkTypes({ unknownDecorators }: Facts): Finding[] {
  if (unknownDecorators.length === 0) return [];
  return [
    {
      code: 'DECORATORS_UNKNOWN',
      level: 'advice',
      problem:
        `${unknownDecorators.join(', ')}: editors and astro check report errors at @inject() there, although the ` +
        'site builds and runs, because tsconfig.json has no experimentalDecorators.',
      cure: 'Write "experimentalDecorators": true into compilerOptions of tsconfig.json.',
      see: 'services',
    },
  ];
}
