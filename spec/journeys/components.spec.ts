import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { note, WITNESS, witnessed } from '../support/witness.js';

const CONFIG = `
  import node from '@astrojs/node';
  import { defineConfig } from 'astro/config';
  import gatehouse from 'astro-gatehouse';
  export default defineConfig({
    output: 'server',
    security: { csp: true },
    adapter: node({ mode: 'standalone' }),
    integrations: [gatehouse()],
  });`;

const SETUP = `
  import { AccessChecker, defineGatehouse } from 'astro-gatehouse/server';
  class HouseChecker extends AccessChecker {
    async check(rule, visitor) {
      if (rule.role === 'landlord') return visitor.id === 'ann' ? this.grant('it is hers') : this.deny('it is not');
      return super.check(rule, visitor);
    }
  }
  const { STORE = 'cookie' } = process.env;
  export default defineGatehouse({
    session: { store: STORE },
    access: { getRole: ({ rank }) => rank, roles: { admin: ['editor'], editor: ['author'] } },
    services: (services) => services.override(AccessChecker, HouseChecker),
  });`;

const SIGN_IN = `
  import { setSession } from 'astro-gatehouse/server';
  export const GET = async (context) => {
    const { may, ...visitor } = Object.fromEntries(context.url.searchParams);
    await setSession(context, { ...visitor, permissions: may?.split(',') ?? [] });
    return new Response('welcome');
  };`;

/** A component that records that it was rendered. */
const PART = `---
  const { name } = Astro.props;
  ${note('name')};
  ---
  <b>{name}</b>`;

const LATE = `---
  await new Promise((wake) => setTimeout(wake, 30));
  ---
  <slot />`;

const IMPORTS = `
  import { Can, Flash, SignedIn, SignedOut } from 'astro-gatehouse/components';
  import Late from '../components/Late.astro';
  import Part from '../components/Part.astro';`;

/** Requirements, as they are written in a page. */
const ASKED = {
  nothing: '',
  editor: 'role="editor"',
  author: 'role="author"',
  either: "roles={['janitor', 'author']}",
  writer: 'permission="posts:write"',
  oneOf: "anyPermission={['posts:read', 'posts:write']}",
  both: 'role="author" permissions={[\'posts:write\']}',
  landlord: 'role="landlord"',
  anybody: 'allow={async () => true}',
  nobody: 'allow={async () => false}',
  owner: 'allow={async (session, { url }) => session?.userId === url.searchParams.get("of")}',
  truthy: "allow={() => 'yes'}",
  throwing: "allow={() => { throw new Error('broken'); }}",
  rejecting: "allow={async () => { throw new Error('broken'); }}",
};
type Asked = keyof typeof ASKED;

const can = (name: string, props: string) =>
  `<Can ${props}><Part name="${name}" /><Part slot="otherwise" name="no-${name}" /></Can>`;

const page = (body: string, before = '') => `---\n${IMPORTS}\n${before}\n---\n${body}`;

const KEPT = `Astro.response.headers.set('Cache-Control', 'public, max-age=60');`;

const PAGES = {
  'src/components/Part.astro': PART,
  'src/components/Late.astro': LATE,
  'src/layouts/Layout.astro': `---
    import { Flash, SignedIn } from 'astro-gatehouse/components';
    ---
    <html><head><title>a page</title></head><body><Flash /><SignedIn><nav>account</nav></SignedIn><slot /></body></html>`,
  ...Object.fromEntries(
    Object.entries(ASKED).map(([name, props]) => [
      `src/pages/can/${name}.astro`,
      page(can(name, props)).replaceAll('../', '../../'),
    ]),
  ),
  ...WITNESS,
  'src/pages/mistaken.astro': page('<Can rol="admin">secret</Can>'),
  'src/pages/undefined.astro': page('<Can role={undefined}>secret</Can>'),
  'src/pages/bare.astro': page('<p>before</p><Can role="editor">secret</Can><p>after</p>'),
  'src/pages/styled.astro': page(
    '<Late><Can slot="default" class="wide" data-test="x" role="author">shown</Can></Late><style>p { color: red }</style><p>styled</p>',
  ),
  'src/pages/nested.astro': page(
    `<Late><Can role="author"><Late><SignedIn><Can role="editor"><Part name="inner" /><Part slot="otherwise" name="no-inner" /></Can></SignedIn></Late>
     <Fragment slot="otherwise"><SignedOut><Part name="guest" /></SignedOut><SignedIn><Part name="member" /></SignedIn></Fragment></Can></Late>`,
  ),
  'src/pages/signed.astro': page('<SignedIn><Part name="in" /></SignedIn><SignedOut><Part name="out" /></SignedOut>'),
  'src/pages/prerendered.astro': page(
    `${can('author', ASKED.author)}${can('anybody', ASKED.anybody)}${can('landlord', ASKED.landlord)}
     <SignedIn><Part name="in" /></SignedIn><SignedOut><Part name="out" /></SignedOut><Flash />`,
    'export const prerender = true;',
  ),
  'src/pages/leave.ts': `export const GET = ({ url, locals }) => {
    for (const [key, text] of url.searchParams) locals.session.flash(key, text);
    locals.session.flash('form', { name: 'ann' });
    return new Response('left');
  };`,
  'src/pages/leave-list.ts': `export const GET = ({ locals }) => {
    locals.session.flash('error', ['one', 'two']);
    locals.session.flash('info', { title: 'no text' });
    return new Response('left');
  };`,
  'src/pages/layout.astro': `---\nimport Layout from '../layouts/Layout.astro';\n---\n<Layout><h1>the page</h1></Layout>`,
  'src/pages/deep.astro': page('<Late><Late><Flash /></Late></Late><p>after</p>'),
  'src/pages/form.astro': page(`<p>{Astro.locals.session.flash('form')?.name}</p>`),
  'src/pages/some.astro': page(`<Flash keys={['saved', 'error', 'saved']} />`),
  'src/pages/own.astro': page(
    `<Flash class="toast" data-test="x">{({ key, text }) => <em>{key}: {text}</em>}</Flash><style>p { color: red }</style><p>after</p>`,
  ),
  'src/pages/kept/none.astro': page('<p>for everybody</p>', KEPT).replaceAll('../', '../../'),
  ...Object.fromEntries(
    Object.entries({
      can: '<Can role="author">x</Can>',
      in: '<SignedIn>x</SignedIn>',
      out: '<SignedOut>x</SignedOut>',
      flash: '<Flash />',
    }).flatMap(([name, body]) => [
      [`src/pages/kept/${name}.astro`, page(body, KEPT).replaceAll('../', '../../')],
      [
        `src/pages/kept/late-${name}.astro`,
        page(`<Late><Late>${body}</Late></Late>`, KEPT).replaceAll('../', '../../'),
      ],
    ]),
  ),
};

describe.each(['cookie', 'memory'])('The components in a built application, %s store,', (store) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = await App.create(undefined, {
      'astro.config.mjs': CONFIG,
      'src/gatehouse.js': SETUP,
      'src/pages/sign-in.js': SIGN_IN,
      ...PAGES,
    }).build();
    server = await app.serve({ GATEHOUSE_SECRET: SECRET, STORE: store });
  });
  afterAll(async () => {
    await server?.stop();
    app.remove();
  });

  async function signedIn(query: string): Promise<Browser> {
    const browser = new Browser(server);
    await browser.get(`/sign-in?${query}`);
    return browser;
  }

  /** Returns the parts that a page contains, and those that were rendered for it. */
  async function partsOf(browser: Browser, path: string): Promise<{ shown: string[]; made: string[] }> {
    await witnessed(server);
    const { status, text } = await browser.get(path);
    if (status !== 200) throw new Error(`${path} answered ${status}: ${text.slice(0, 200)}`);
    return { shown: namesIn(text, /<b[^>]*>([\w-]+)<\/b>/g), made: (await witnessed(server)).sort() };
  }

  const namesIn = (text: string, pattern: RegExp) => Array.from(text.matchAll(pattern), ([, name = '']) => name).sort();

  const VISITORS: { who: string; query?: string; may: Asked[] }[] = [
    { who: 'a guest', may: ['anybody'] },
    { who: 'somebody without a role', query: 'userId=bob', may: ['nothing', 'anybody'] },
    { who: 'an author', query: 'userId=cy&rank=author', may: ['nothing', 'author', 'either', 'anybody'] },
    {
      who: 'an admin, who is an editor and an author by that',
      query: 'userId=dee&rank=admin',
      may: ['nothing', 'editor', 'author', 'either', 'anybody'],
    },
    { who: 'whom a checker of its own favours', query: 'userId=ann', may: ['nothing', 'landlord', 'anybody', 'owner'] },
  ];

  describe.each(VISITORS)('for $who', ({ query, may }) => {
    let browser: Browser;
    beforeAll(async () => {
      browser = query === undefined ? new Browser(server) : await signedIn(query);
    });

    it.each(Object.keys(ASKED) as Asked[])('render only one of the two slots: %s', async (name) => {
      const expected = [may.includes(name) ? name : `no-${name}`];
      expect(await partsOf(browser, `/can/${name}?of=ann`)).toEqual({ shown: expected, made: expected });
    });
  });

  it('require permissions, and every part of a combined requirement', async () => {
    const browser = await signedIn('userId=eve&may=posts:*');
    expect(await partsOf(browser, '/can/writer')).toEqual({ shown: ['writer'], made: ['writer'] });
    expect(await partsOf(browser, '/can/oneOf')).toEqual({ shown: ['oneOf'], made: ['oneOf'] });
    expect(await partsOf(browser, '/can/both')).toEqual({ shown: ['no-both'], made: ['no-both'] });
    const author = await signedIn('userId=eve&rank=author&may=posts:*');
    expect(await partsOf(author, '/can/both')).toEqual({ shown: ['both'], made: ['both'] });
  });

  it.each(['throwing', 'rejecting'])('log a check that is %s', async (name) => {
    for (const browser of [new Browser(server), await signedIn('userId=bob')]) {
      const before = server.output.length;
      await browser.get(`/can/${name}`);
      const printed = await server.printed('broken', before);
      expect(printed).toContain('A check for can() threw, so the visitor was refused.');
      expect(printed).toContain('Error: broken');
    }
  });

  it('render the content that follows a hidden slot', async () => {
    const { text } = await new Browser(server).get('/bare');
    expect(text).toMatch(/<p>before<\/p>\s*<p>after<\/p>/);
  });

  it.each(['/mistaken', '/undefined'])('throw for an invalid requirement, for every visitor: %s', async (path) => {
    for (const browser of [new Browser(server), await signedIn('userId=dee&rank=admin')]) {
      const before = server.output.length;
      const { text } = await browser.get(path).catch(() => ({ text: '' }));
      expect(text).not.toContain('secret');
      expect(await server.printed('InvalidOptionsError', before)).toContain('InvalidOptionsError');
    }
  });

  it('do not interpret attributes passed by Astro as a requirement', async () => {
    expect((await (await signedIn('userId=cy&rank=author')).get('/styled')).text).toContain('shown');
    expect((await new Browser(server).get('/styled')).text).not.toContain('shown');
  });

  it.each([
    ['a guest', undefined, ['guest']],
    ['a member', 'userId=bob', ['member']],
    ['an author', 'userId=cy&rank=author', ['no-inner']],
    ['an editor', 'userId=cy&rank=editor', ['inner']],
  ])('can be nested while the page streams: %s', async (_, query, expected) => {
    const browser = query === undefined ? new Browser(server) : await signedIn(query);
    expect(await partsOf(browser, '/nested')).toEqual({ shown: expected, made: expected });
  });

  it('distinguish guests from signed-in visitors', async () => {
    expect(await partsOf(new Browser(server), '/signed')).toEqual({ shown: ['out'], made: ['out'] });
    const browser = await signedIn('userId=bob');
    expect(await partsOf(browser, '/signed')).toEqual({ shown: ['in'], made: ['in'] });
  });

  it('render the content for guests in a prerendered page', async () => {
    const text = readFileSync(join(app.folder, 'dist/client/prerendered/index.html'), 'utf8');
    expect(namesIn(text, /<b[^>]*>([\w-]+)<\/b>/g)).toEqual(['anybody', 'no-author', 'no-landlord', 'out']);
    expect(text).not.toContain('flash');
  });

  describe('keep from shared caches', () => {
    const PARTS = ['can', 'in', 'out', 'flash'].flatMap((name) => [name, `late-${name}`]);

    it.each(PARTS)('a response that would have been public: %s', async (name) => {
      const guest = await new Browser(server).get(`/kept/${name}`);
      expect(guest.headers.get('cache-control')).toBe('private, no-cache');
      expect(guest.headers.get('vary')).toContain('Cookie');
      const member = await (await signedIn('userId=bob')).get(`/kept/${name}`);
      expect(member.headers.get('cache-control')).toBe('private, no-store');
    });

    it('no other response', async () => {
      const { headers, setCookies } = await new Browser(server).get('/kept/none');
      expect([headers.get('cache-control'), setCookies]).toEqual(['public, max-age=60', []]);
    });

    it('a page without setting a cookie for visitors who have no session', async () => {
      for (const name of PARTS) expect((await new Browser(server).get(`/kept/${name}`)).setCookies).toEqual([]);
    });
  });

  describe('show messages', () => {
    const flashesIn = (text: string) =>
      Array.from(text.matchAll(/<div class="flash ([^"]*)"([^>]*)>\s*(.*?)\s*<\/div>/gs), ([, ...parts]) =>
        parts.map((part) => part.trim()),
      );

    async function left(query: string): Promise<Browser> {
      const browser = new Browser(server);
      await browser.get(`/leave?${query}`);
      return browser;
    }

    it.each(['/layout', '/deep'])('once, and render nothing when there are none: %s', async (path) => {
      const browser = await left('success=Saved&error=Not+sent');
      const first = await browser.get(path);
      expect(flashesIn(first.text)).toEqual([
        ['flash-error', 'role="alert"', 'Not sent'],
        ['flash-success', 'role="status"', 'Saved'],
      ]);
      expect(first.text).toMatch(/<h1>the page|<p>after/);
      for (const visitor of [browser, new Browser(server)]) {
        expect((await visitor.get(path)).text).not.toContain('flash');
      }
    });

    it('escaped, and without a style that a policy would refuse', async () => {
      const browser = await left(`notice=${encodeURIComponent('<script>alert("1")</script>')}`);
      const { text } = await browser.get('/layout');
      expect(flashesIn(text)).toEqual([
        ['flash-notice', 'role="status"', '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;'],
      ]);
      expect(text).not.toMatch(/<script>alert|style=/);
    });

    it('of the given keys, in their order, and leave the others for later', async () => {
      const browser = await left('error=bad&saved=yes&info=later');
      expect(flashesIn((await browser.get('/some')).text)).toEqual([
        ['flash-saved', 'role="status"', 'yes'],
        ['flash-error', 'role="alert"', 'bad'],
      ]);
      expect(flashesIn((await browser.get('/layout')).text)).toEqual([['flash-info', 'role="status"', 'later']]);
    });

    it('of a list one by one, and leave values that are not strings to the page', async () => {
      const browser = await left('returnTo=/somewhere');
      await browser.get('/leave-list');
      expect(flashesIn((await browser.get('/layout')).text)).toEqual([
        ['flash-error', 'role="alert"', 'one'],
        ['flash-error', 'role="alert"', 'two'],
      ]);
      expect((await browser.get('/form')).text).toContain('<p>ann</p>');
    });

    it("in markup of the page's own", async () => {
      const browser = await left('warning=%3Cb%3E');
      const { text } = await browser.get('/own');
      expect(text).toMatch(
        /<div data-test="x"[^>]* class="flash flash-warning toast" role="status">\s*<em[^>]*>warning: &lt;b&gt;<\/em>\s*<\/div>/,
      );
      expect((await browser.get('/own')).text).not.toContain('toast');
    });

    it('to visitors, not to prefetches', async () => {
      const browser = await left('notice=Hello');
      expect((await browser.get('/layout', { headers: { 'sec-purpose': 'prefetch' } })).text).not.toContain('Hello');
      expect((await browser.get('/layout')).text).toContain('Hello');
    });
  });
});

describe("Components in pages that Astro's route cache would store", () => {
  it('are rendered for each visitor, even when they render late', async () => {
    const kept = page(
      `<Late><Late><Can role="author">for authors</Can></Late></Late>`,
      'Astro.cache.set({ maxAge: 300 });',
    );
    const app = await App.create('spec/apps/caches', {
      'src/components/Late.astro': LATE,
      'src/components/Part.astro': PART,
      'src/pages/late.astro': kept,
      'src/pages/sign-in.js': SIGN_IN,
    }).build({ CACHE: 'memory' });
    const server = await app.serve();
    const guest = new Browser(server);
    const [first, second] = [await guest.get('/late'), await guest.get('/late')];
    const author = new Browser(server);
    await author.get('/sign-in?userId=cy&role=author');
    const shown = await author.get('/late');
    await server.stop();
    app.remove();
    for (const { headers, text } of [first, second]) {
      expect([headers.get('x-astro-cache'), headers.get('cache-control')]).toEqual([null, 'private, no-cache']);
      expect(text).not.toContain('for authors');
    }
    expect(shown.text).toContain('for authors');
  });
});
