import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { App, SECRET } from '../support/app.js';
import { madeSite, PAGE, prerendered, setup } from '../support/made-site.js';

let app: App | undefined;

afterEach(() => {
  app?.remove();
  app = undefined;
});

/** Removed when the spec is over. */
function siteWith(...site: Parameters<typeof madeSite>): App {
  app = madeSite(...site);
  return app;
}

/** Code and level of all that is found, and what the command said with it. */
async function examined(site: App) {
  const { code, output } = await site.gatehouse('doctor', '--json');
  // Behind it stands what Astro says on its own account, of a config that it cannot load.
  const { findings } = JSON.parse(output.slice(0, output.indexOf('\n}\n') + 2));
  return {
    code,
    output,
    codes: findings.map((finding: { code: string; level: string }) => `${finding.level} ${finding.code}`),
  };
}

const GOOD_SECRET = { '.env': `GATEHOUSE_SECRET=${SECRET}\n` };

const OWN_STORE = 'class Mine extends SessionStore {}';

describe('astro-gatehouse doctor', () => {
  it('finds nothing in a healthy project, and does not change it', async () => {
    const site = siteWith(
      `{ session: { store: 'sqlite' }, protect: [{ pattern: '/team' }] }`,
      { ...GOOD_SECRET, 'src/pages/team.astro': PAGE, 'src/pages/login.astro': PAGE },
      `site: 'https://shop.example', security: { allowedDomains: [{ protocol: 'https', hostname: 'shop.example' }] },`,
    );
    expect(await site.gatehouse('doctor')).toEqual({ code: 0, output: 'No problems found.\n' });
    expect(await site.gatehouse('doctor', '--json')).toEqual({ code: 0, output: '{\n  "findings": []\n}\n' });
    expect(readdirSync(site.folder).filter((name) => name !== 'node_modules')).toEqual([
      '.env',
      'astro.config.mjs',
      'package.json',
      'src',
    ]);
  });

  it('reports problems with their cures and links, without revealing secrets', async () => {
    const weak = 'changeme-changeme-changeme-changeme';
    const site = siteWith(
      `{
        session: { cookie: { secure: false }, store: 'redis', options: { url: 'redis://127.0.0.1:1' } },
        protect: [{ pattern: '/terms' }, { pattern: '/nowhere' }],
      }`,
      {
        '.env': `GATEHOUSE_SECRET=${weak}\n`,
        ...setup('{ csrf: false }'),
        'src/pages/terms.astro': prerendered(PAGE),
      },
      `site: 'https://shop.example', security: { checkOrigin: false, allowedDomains: [{}] },`,
    );
    execFileSync('git', ['init', '--quiet'], { cwd: site.folder });
    const { code, output, codes } = await examined(site);
    expect(codes).toEqual([
      'danger UNGUARDED_FILES',
      'danger WEAK_SECRET',
      'danger SECRET_IN_GIT',
      'danger NOBODY_CHECKS_ORIGINS',
      'danger WILD_ALLOWED_DOMAIN',
      'danger COOKIE_NOT_SECURE',
      'danger STORE_UNAVAILABLE',
      'advice USELESS_RULES',
      'advice MISSING_PAGES',
    ]);
    expect(code).toBe(1);
    expect(output).not.toContain(weak);

    const text = await site.gatehouse('doctor');
    expect(text.code).toBe(1);
    expect(text.output).toContain(`
DANGER  A secret in GATEHOUSE_SECRET, from .env, is a placeholder: no production server starts with it.
        Remove it, and create one that nobody can guess: npx astro-gatehouse secret --write
        See ../node_modules/astro-gatehouse/docs/deploy.md#the-secret
`);
    expect(text.output).toContain('danger: 7, advice: 2, note: 0.');
    expect(existsSync(join(site.folder, '../node_modules/astro-gatehouse/docs/deploy.md'))).toBe(true);
  });

  it('still works when the project cannot be built', async () => {
    const site = siteWith(`{ protect: [{ pattern: '/team', rol: 'boss' }] }`);
    expect(await examined(site)).toMatchObject({ code: 1, codes: ['danger INVALID_OPTIONS', 'danger MISSING_SECRET'] });
    site.rewrite('astro.config.mjs', (text) => text.replace(/integrations:.*,/, ''));
    expect((await examined(site)).codes).toEqual(['danger INTEGRATION_MISSING', 'danger MISSING_SECRET']);
    site.write({ 'astro.config.mjs': `import 'not-there';` });
    expect((await examined(site)).codes).toEqual(['danger BUILD_FAILED', 'danger MISSING_SECRET']);
  });

  it('requires an adapter when pages are rendered on demand, and suggests one otherwise', async () => {
    const site = siteWith('{}', GOOD_SECRET);
    site.rewrite('astro.config.mjs', (text) => text.replace(/adapter:.*,/, ''));
    expect(await examined(site)).toMatchObject({ code: 1, codes: ['danger ADAPTER_MISSING'] });
    site.rewrite('astro.config.mjs', (text) => text.replace(/output:.*,/, ''));
    expect(await examined(site)).toMatchObject({ code: 0, codes: ['advice ALL_PRERENDERED'] });
  });

  it('lists what it did not check: a custom store, and code that may decide differently', async () => {
    const site = siteWith('{}', {
      ...GOOD_SECRET,
      ...setup(
        `{ access: { check: () => true }, services: (services) => services.override(SessionStore, () => new Mine()) }`,
        OWN_STORE,
      ),
    });
    expect(await examined(site)).toMatchObject({ code: 0, codes: ['note NOT_IN_REPORT', 'note STORE_NOT_ASKED'] });
  });

  it('reports options of the setup module that are valid one by one, and that no server starts with', async () => {
    const accounts = (more: string) =>
      siteWith('{}', { ...GOOD_SECRET, ...setup(`{ session: { maxAccounts: 3 }, ${more} }`, OWN_STORE) });
    const withCookie = accounts('csrf: { requireToken: true }');
    const { code, output, codes } = await examined(withCookie);
    expect([code, codes]).toEqual([1, ['danger INVALID_OPTIONS']]);
    expect(output).toContain('session.maxAccounts needs a store on the server');
    await withCookie.build();
    expect((await withCookie.serveAndFail()).output).toContain('session.maxAccounts needs a store on the server');
    withCookie.remove();
    const ofItsOwn = accounts(
      'csrf: { requireToken: true }, services: (services) => services.override(SessionStore, () => new Mine())',
    );
    expect(await examined(ofItsOwn)).toMatchObject({ code: 0, codes: ['note STORE_NOT_ASKED'] });
  });

  it('exits with an error when there is no project', async () => {
    app = App.create(undefined, {});
    const { code, output } = await app.gatehouse('doctor', '--root', 'elsewhere');
    expect([code, output.startsWith('There is no project in ')]).toEqual([2, true]);
  });
});
