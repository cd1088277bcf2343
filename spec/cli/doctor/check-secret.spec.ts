import { describe, expect, it } from '@jest/globals';
import { checkSecret } from '../../../lib/cli/doctor/check-secret.js';
import { briefly, healthy, settled } from '../../support/doctor-facts.js';
import { SECRET } from '../../support/secret.js';

const withSecret = (value: string) => healthy({ secret: { source: 'the environment', value } });

describe('The check of the secret', () => {
  it('accepts a strong secret, or several', () => {
    expect(checkSecret(withSecret(`${SECRET}, ${[...SECRET].reverse().join('')}`))).toEqual([]);
  });

  it.each([
    ['no variable', healthy({ secret: undefined })],
    ['an empty list', withSecret(' , ')],
  ])('reports a missing secret where there is %s', (_, facts) => {
    const [finding] = checkSecret(facts);
    expect(finding).toMatchObject({ code: 'MISSING_SECRET', level: 'danger' });
    expect(finding?.cure).toContain('npx astro-gatehouse secret --write');
  });

  it.each([
    ['@astrojs/cloudflare', '.dev.vars', 'npx wrangler secret put GATEHOUSE_SECRET'],
    ['@astrojs/vercel', '.env', 'npx vercel env add GATEHOUSE_SECRET'],
    ['@astrojs/netlify', '.env', 'npx netlify env:set GATEHOUSE_SECRET'],
  ])('advises the command of the host of %s, which may have the secret', (adapter, file, command) => {
    const [finding] = checkSecret(healthy({ secret: undefined, config: settled({ adapter }) }));
    expect(finding).toMatchObject({ code: 'MISSING_SECRET', level: 'advice' });
    expect(finding?.problem).toContain(`nor in ${file}:`);
    expect(finding?.cure).toContain(command);
  });

  it('reports why a secret is weak and where it is, without revealing it', () => {
    const [finding] = checkSecret(withSecret(`${SECRET},hunter2-hunter2`));
    expect(finding).toMatchObject({ code: 'WEAK_SECRET', level: 'danger' });
    expect(finding?.problem).toContain('from the environment, has 15 characters');
    expect(JSON.stringify(finding)).not.toContain('hunter2');
  });

  it('names each file with a secret that git does not ignore', () => {
    const findings = checkSecret(healthy({ secretsInGit: ['.env', '.env.production'] }));
    expect(briefly(findings)).toEqual(['danger SECRET_IN_GIT', 'danger SECRET_IN_GIT']);
    expect(findings[1]?.cure).toMatch(/^Add \.env\.production to \.gitignore\./);
  });
});
