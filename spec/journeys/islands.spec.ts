import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { siteConfig } from '../support/made-site.js';
import { RESETTABLE, ResettableSite } from '../support/resettable-site.js';

const CASES = [
  ['A rule for a server island', {}, { guest: [401, 200, 200], reader: [403, 200, 200] }],
  [
    'The protection of everything, with server islands,',
    { GLOBAL: 'yes' },
    { guest: [401, 200, 401], reader: [403, 200, 200] },
  ],
] as const;

/** The one development server, which applies changed rules without a restart. */
let development: { app: App; server: Server } | undefined;
afterAll(async () => {
  await development?.server.stop();
  development?.app.remove();
});

describe.each(
  CASES.flatMap(([name, environment, expected]) =>
    (['production', 'dev'] as const).map((mode) => ({ name: `${name} in ${mode}`, mode, environment, expected })),
  ),
)('$name', ({ mode, environment, expected }) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    const isGlobal = 'GLOBAL' in environment;
    if (mode === 'dev') {
      app = development?.app ?? App.create('spec/apps/islands');
      app.write({ 'src/is-global.ts': `export const isGlobal = ${isGlobal};` });
      server = development?.server ?? (await app.serveWith('dev'));
      development = { app, server };
      await server.until(
        async () => (await fetchIslands(new Browser(server))).answers[2]?.status === expected.guest[2],
      );
      return;
    }
    app = App.create('spec/apps/islands');
    server = await (await app.build()).serve({ GATEHOUSE_SECRET: SECRET, ...environment });
  });
  afterAll(async () => {
    if (mode === 'dev') return;
    await server.stop();
    app.remove();
  });

  /** Fetches the islands of the page: the panel, the weather and the news. */
  async function fetchIslands(browser: Browser) {
    const page = await browser.get('/');
    const addresses = [...page.text.matchAll(/href="(\/_server-islands\/(\w+)[^"]*)"/g)];
    const addressOf = (name: string) =>
      addresses.find(([, , island]) => island === name)?.[1]?.replaceAll(/&(?:amp|#38);/g, '&') ?? '/not-on-the-page';
    const fetched = ['AdminPanel', 'Weather', 'News'].map((name) =>
      browser.get(addressOf(name), { headers: { accept: '*/*', 'sec-fetch-mode': 'cors' } }),
    );
    return { page, answers: await Promise.all(fetched) };
  }

  it.each(['guest', 'reader', 'admin'] as const)('is applied to a %s', async (who) => {
    const browser = new Browser(server);
    if (who !== 'guest') await browser.get(`/enter?role=${who}`);
    const { page, answers } = await fetchIslands(browser);
    expect(page.text).toContain('no panel');
    expect(answers.map(({ status }) => status)).toEqual(who === 'admin' ? [200, 200, 200] : expected[who]);
    expect(answers[0]?.text.includes('the admin panel')).toBe(who === 'admin');
    expect(answers[1]?.text).toContain('the weather');
  });
});

/** Islands under several names. */
const NAMED = {
  ...RESETTABLE,
  'astro.config.mjs': siteConfig(''),
  'src/components/Stats.astro': '<p>stats for everybody</p>',
  'src/components/admin/Stats.astro': '<p>stats of the admin</p>',
  'src/components/Panel/index.astro': '<p>the panel</p>',
  'src/components/Weather.astro': '<p>the weather</p>',
  'src/pages/index.astro': `---
import Stats from '../components/Stats.astro';
import Own from '../components/admin/Stats.astro';
import Box from '../components/Panel/index.astro';
import Sky from '../components/Weather.astro';
---
<Stats server:defer /><Own server:defer /><Box server:defer /><Sky server:defer />`,
  'src/pages/other.astro': `---
import Stats from '../components/admin/Stats.astro';
import Board from '../components/Panel/index.astro';
---
<Stats server:defer /><Board server:defer />`,
};

/** Others, which files re-export. */
const HANDED_ON = {
  'tsconfig.json': '{ "extends": "astro/tsconfigs/base", "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
  'src/components/Safe.astro': '<p>the safe</p>',
  'src/components/Vault.astro': '<p>the vault</p>',
  'src/components/Ticker.astro': '<p>the ticker</p>',
  'src/components/staff/index.ts': `
    import Vault from '../Vault.astro';
    export { default as Locker } from '../Safe.astro';
    export const Chest = Vault;`,
  'src/components/index.ts': `export * from './staff';`,
  'src/components/open.ts': `export { default as Told } from './Ticker.astro';`,
  'src/pages/direct.astro': `---
import Safe from '../components/Safe.astro';
import Crate from '@/components/Vault.astro';
---
<Safe server:defer /><Crate server:defer />`,
  'src/pages/handed.astro': `---
import { Locker, Chest as Any } from '../components/index.ts';
import { Locker as More } from '@/components/index';
import { Told } from '../components/open.ts';
---
<Locker server:defer /><Any server:defer /><More server:defer /><Told server:defer />`,
};

/** The one development server of both. */
let developed: ResettableSite | undefined;
afterAll(() => developed?.stop());

async function namedSite(mode: 'production' | 'dev'): Promise<ResettableSite> {
  if (mode === 'dev' && developed) return developed;
  const app = App.create('spec/apps/islands', { ...NAMED, ...HANDED_ON });
  if (mode === 'production') return new ResettableSite(await app.build(), mode);
  developed = new ResettableSite(app, mode);
  return developed;
}

describe.each(['production', 'dev'] as const)('Islands under several names in %s', (mode) => {
  const ALL = ['stats for everybody', 'stats of the admin', 'the panel', 'the weather'];
  let site: ResettableSite;

  beforeAll(async () => {
    site = await namedSite(mode);
  });
  afterAll(async () => {
    if (site !== developed) await site?.stop();
  });

  /** Returns the islands that each visitor sees. @param roles `undefined` for a guest. */
  async function seen(rules: object, ...roles: (string | undefined)[]): Promise<string[][]> {
    const server = await site.serve(rules);
    return Promise.all(roles.map((role) => seenAt(server, role)));
  }

  async function seenAt(server: Server, role: string | undefined): Promise<string[]> {
    const browser = new Browser(server);
    if (role) await browser.get(`/enter?role=${role}`);
    const pages = [await browser.get('/'), await browser.get('/other')];
    const addresses = pages.flatMap(({ text }) => [...text.matchAll(/"(\/_server-islands\/[^"]*)"/g)]);
    const islands = await Promise.all(
      addresses.map(([, address = '']) => browser.get(address.replaceAll(/&(?:amp|#38);/g, '&'))),
    );
    const texts = islands.filter(({ status }) => status === 200).map(({ text }) => text);
    return ALL.filter((island) => texts.some((text) => text.includes(island)));
  }

  const CASES: [object, string[]][] = [
    [{ protect: [{ island: 'Stats', role: 'admin' }] }, ['the panel', 'the weather']],
    [{ protect: [{ island: 'Own', role: 'admin' }] }, ['stats for everybody', 'the panel', 'the weather']],
    [
      { protect: [{ island: 'src/components/admin/Stats.astro', role: 'admin' }] },
      ['stats for everybody', 'the panel', 'the weather'],
    ],
    [
      { protect: [{ island: 'admin/*.astro', role: 'x' }, { island: 'Panel' }] },
      ['stats for everybody', 'the weather'],
    ],
    [{ protect: [{ island: 'Board' }] }, ['stats for everybody', 'stats of the admin', 'the weather']],
    [{ globalProtect: true, exclude: ['/', '/other', '/_server-islands/Weather'] }, ['the weather']],
  ];
  it.each(CASES)('are guarded under every name that a rule uses for them: %j', async (rules, expected) => {
    expect(await seen(rules, undefined)).toEqual([expected]);
  });

  it('are decided by the first rule that contains any of their names', async () => {
    const protect = [
      { island: 'src/components/admin/Stats.astro', role: 'admin' },
      { island: 'Stats', role: 'reader' },
    ];
    expect(await seen({ protect }, 'admin', 'reader')).toEqual([
      ['stats of the admin', 'the panel', 'the weather'],
      ['stats for everybody', 'the panel', 'the weather'],
    ]);
  });

  if (mode === 'dev') return;

  const withRule = (island: string) => siteConfig(`{ protect: [{ island: '${island}', role: 'admin' }] }`);

  it('are distinguished by the report and by the build', async () => {
    const app = App.create('spec/apps/islands', NAMED);
    app.write({ 'astro.config.mjs': withRule('Stats') });
    const { output } = await app.astro('build');
    const { entries } = JSON.parse((await app.gatehouse('routes', '--json')).output);
    app.remove();
    expect(output).not.toContain('WARN');
    expect(output).toContain(
      'applies to 2 server islands of that name: src/components/Stats.astro, src/components/admin/',
    );
    const islands = entries.filter(({ kind }: { kind: string }) => kind === 'island');
    expect(islands.map(({ path, who }: Record<string, string>) => `${path}: ${who}`)).toEqual([
      'Panel: everybody',
      'Stats (src/components/Stats.astro): role admin',
      'Stats (src/components/admin/Stats.astro): role admin',
      'Weather: everybody',
    ]);
  });

  it('stop the build when no island has the name of a rule', async () => {
    const app = App.create('spec/apps/islands', NAMED);
    app.write({ 'astro.config.mjs': withRule('Statz') });
    const { code, output } = await app.astro('build');
    app.write({ 'astro.config.mjs': withRule('src/components/Nowhere.astro') });
    const { output: missing } = await app.astro('build');
    app.remove();
    expect(code).not.toBe(0);
    expect(output).toContain('names no server island of the site: there are Panel (src/components/Panel/index.astro)');
    expect(missing).toContain('names no server island of the site');
  });
});

describe.each(['production', 'dev'] as const)('Islands re-exported by other files in %s', (mode) => {
  let site: ResettableSite;
  let server: Server;

  beforeAll(async () => {
    site = await namedSite(mode);
    server = await site.serve({ protect: ['Safe', 'src/components/Vault.astro'].map((island) => ({ island })) });
  });
  afterAll(async () => {
    if (site !== developed) await site?.stop();
  });

  async function seen(browser: Browser, page: string): Promise<string[]> {
    const { text } = await browser.get(page);
    const addresses = [...text.matchAll(/"(\/_server-islands\/[^"]*)"/g)].map(([, address = '']) => address);
    const answers = addresses.map((address) => browser.get(address.replaceAll(/&(?:amp|#38);/g, '&')));
    return (await Promise.all(answers)).map((answer) =>
      answer.status === 200 ? (/the \w+/.exec(answer.text)?.[0] ?? '') : 'refused',
    );
  }

  it('are guarded by the name and the file of their component', async () => {
    const guest = new Browser(server);
    expect(await seen(guest, '/direct')).toEqual(['refused', 'refused']);
    expect(await seen(guest, '/handed')).toEqual(['refused', 'refused', 'refused', 'the ticker']);
    await guest.get('/enter');
    expect(await seen(guest, '/handed')).toEqual(['the safe', 'the vault', 'the safe', 'the ticker']);
  });
});
