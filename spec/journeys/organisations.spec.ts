import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type App, SECRET, type Server } from '../support/app.js';
import { type Answer, Browser } from '../support/browser.js';
import { madeSite } from '../support/made-site.js';

const ORGANISATIONS = `
import { injectable, Policy, RequestScope } from 'astro-gatehouse/server';

const members = { ada: { acme: 'admin', birch: 'member' }, max: { birch: 'admin', 'a b': 'admin' } };
const notes = [{ id: '1', org: 'acme', by: 'max', text: 'acme plans' }, { id: '2', org: 'birch', by: 'max', text: 'birch plans' }];
export const lookups = [];

export async function rolesOf(userId, { page, headers }) {
  lookups.push(page?.params.slug ?? '-');
  if (headers.has('x-break')) throw new Error('the directory is down');
  await new Promise((wake) => setTimeout(wake, 2));
  return members[userId]?.[page?.params.slug];
}

@injectable()
export class Tenant {
  constructor(scope) { this.scope = scope; }
  get slug() { return this.scope.request?.page?.params.slug; }
  note(id) { return notes.find((note) => note.id === id && note.org === this.slug); }
  anyNote(id) { return notes.find((note) => note.id === id); }
}

export class NotePolicy extends Policy {
  constructor(tenant) { super(); this.tenant = tenant; }
  before(visitor, ability, note) { return note.org === this.tenant.slug ? undefined : this.deny('No such note', { status: 404 }); }
  edit(visitor, note) { return visitor.hasRole('admin') || note.by === visitor.id || this.deny('Ask an admin', { status: 409 }); }
  read(visitor) { return visitor.hasRole('member'); }
  fail() { throw new Error('broken policy'); }
}`;

const SETUP = `
import { defineGatehouse, RequestScope } from 'astro-gatehouse/server';
import { NotePolicy, rolesOf, Tenant } from './organisations.js';

export default defineGatehouse({
  loginPath: '/login',
  forbiddenPath: '/forbidden',
  protect: [
    { pattern: '/org/*/admin', role: 'admin' },
    { pattern: '/org/*/hidden', role: 'admin', status: 404 },
    { pattern: '/org/**', role: 'member' },
    { pattern: '/de/org/**', role: 'member' },
    { pattern: '/org-status/**' },
    { island: 'AdminPanel', role: 'admin' },
    { action: 'notes.*', role: 'member' },
  ],
  access: { hierarchy: { admin: ['member'] }, rolesFor: ({ userId }, request) => rolesOf(userId, request) },
  policies: { note: NotePolicy },
  services: (services) => services
    .perRequest(Tenant, (get) => new Tenant(get(RequestScope)))
    .perRequest(NotePolicy, (get) => new NotePolicy(get(Tenant))),
});`;

const ACTIONS = `
import { defineAction } from 'astro:actions';
import { z } from 'astro/zod';
import { authorize, hasRole } from 'astro-gatehouse/server';
import { Tenant } from '../organisations.js';

const edit = (accept, find) => defineAction({
  accept,
  input: z.object({ id: z.string() }),
  handler: async ({ id }, context) => {
    const note = context.locals.services.get(Tenant)[find](id);
    if (!note) return 'no such note';
    await authorize('note:edit', note);
    return 'edited ' + note.text;
  },
});
export const server = {
  notes: { edit: edit('json', 'note'), editAny: edit('json', 'anyNote'), editForm: edit('form', 'note') },
  role: defineAction({ handler: (_, context) => [hasRole('admin', context) ? 'admin' : hasRole('member', context) ? 'member' : 'none', context.locals.services.request.page?.params.slug ?? '-'].join(' of ') }),
};`;

const PAGE = `---
import { Can } from 'astro-gatehouse/components';
import { actions } from 'astro:actions';
import { can, hasRole } from 'astro-gatehouse/server';
import AdminPanel from '../../../components/AdminPanel.astro';
import Notes from '../../../components/Notes.astro';
import { Tenant } from '../../../organisations.js';
const tenant = Astro.locals.services.get(Tenant);
const { slug } = Astro.params;
const result = Astro.getActionResult(actions.notes.editForm);
const note = tenant.anyNote(Astro.url.searchParams.get('note') ?? '1');
---
<p>{slug}: {Astro.locals.visitor.roles.join(',')}; admin: {String(hasRole('admin'))}</p>
<p>edit: {String(await can('note:edit', note))}, read: {String(await can('note:read', note))}</p>
<Can ability="note:edit" record={note}><b>may edit</b><i slot="otherwise">may not edit</i></Can>
<Can ability="note:read" record={note} role="admin"><b>admin may read</b></Can>
{result && <p>{result.data ?? result.error.code}</p>}
<AdminPanel server:defer note="2" /><Notes server:defer filler={Astro.url.searchParams.has('long') ? 'x'.repeat(3000) : 'x'} />`;

const FILES = {
  'src/organisations.js': ORGANISATIONS.replace('@injectable()\n', ''),
  'src/gatehouse.js': SETUP,
  'src/actions/index.js': ACTIONS,
  'src/components/AdminPanel.astro': `---
    import { Tenant } from '../organisations.js';
    const tenant = Astro.locals.services.get(Tenant);
    ---
    <p>panel of {tenant.slug}: {tenant.note(Astro.props.note)?.text ?? 'nothing'}</p>`,
  'src/components/Notes.astro': `---
    import { hasRole } from 'astro-gatehouse/server';
    import { Tenant } from '../organisations.js';
    ---
    <p>notes of {Astro.locals.services.get(Tenant).slug ?? '-'} for {hasRole('admin') ? 'admin' : hasRole('member') ? 'member' : 'nobody'}</p>`,
  'src/pages/org/[slug]/index.astro': PAGE,
  'src/pages/org/[slug]/admin.astro': `<h1>administration</h1>`,
  'src/pages/org/[slug]/hidden.astro': `<h1>hidden</h1>`,
  'src/pages/org/[slug]/notes/[id].astro': `---
    import { authorize } from 'astro-gatehouse/server';
    import { Tenant } from '../../../../organisations.js';
    const { id } = Astro.params;
    const note = Astro.locals.services.get(Tenant).anyNote(id);
    await authorize(Astro.url.searchParams.get('do') ?? 'note:edit', note);
    ---
    <h1>{note.text}</h1>`,
  'src/pages/api/[slug]/notes/[id].js': `
    import { authorize } from 'astro-gatehouse/server';
    import { Tenant } from '../../../../organisations.js';
    export const GET = async ({ params, locals }) => {
      const note = locals.services.get(Tenant).anyNote(params.id);
      await authorize('note:edit', note);
      return Response.json(note);
    };`,
  'src/pages/open/[slug].astro': `---
    import { hasRole } from 'astro-gatehouse/server';
    ---
    <p>{Astro.params.slug}: {String(hasRole('member'))}</p>`,
  'src/pages/forward.astro': `---
    return Astro.rewrite('/org/' + Astro.url.searchParams.get('to'));
    ---`,
  'src/pages/lookups.js': `
    import { lookups } from '../organisations.js';
    export const GET = () => Response.json(lookups.splice(0).slice(0, -1));`,
  'src/pages/enter.js': `
    import { signIn } from 'astro-gatehouse/server';
    export const GET = async (context) => {
      const { userId } = Object.fromEntries(context.url.searchParams);
      await signIn({ userId }, context);
      return new Response('entered');
    };`,
  'src/pages/login.astro': `<h1>login</h1>`,
  'src/pages/forbidden.astro': `<h1>forbidden</h1>`,
  'src/pages/404.astro': `---
    import { hasRole } from 'astro-gatehouse/server';
    ---
    <h1>not found</h1><p>{String(hasRole('member'))}</p>`,
};

const ASTRO = `
  base: '/site',
  devToolbar: { enabled: false },
  i18n: { defaultLocale: 'en', locales: ['en', 'de'], fallback: { de: 'en' }, routing: { fallbackType: 'rewrite' } },`;

describe.each(['built', 'dev'] as const)('Roles that depend on the organisation, %s,', (mode) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = madeSite('{}', FILES, ASTRO);
    server =
      mode === 'dev' ? await app.serveWith('dev') : await (await app.build()).serve({ GATEHOUSE_SECRET: SECRET });
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  async function be(userId: string): Promise<Browser> {
    const browser = new Browser(server);
    await browser.get(`/site/enter?userId=${userId}`);
    await browser.get('/site/lookups');
    return browser;
  }
  const lookupsOf = async (browser: Browser) => JSON.parse((await browser.get('/site/lookups')).text);
  const program = { headers: { accept: 'application/json' } };
  const island = { accept: '*/*', 'sec-fetch-mode': 'cors' };

  /** The addresses of a page's islands, by name. */
  function islandsOf({ text }: Answer): Record<string, string> {
    const found = [...text.matchAll(/href="(\/site\/_server-islands\/(\w+)[^"]*)"/g)];
    return Object.fromEntries(found.map(([, address = '', name]) => [name, address.replaceAll(/&(?:amp|#38);/g, '&')]));
  }

  async function call(browser: Browser, action: string, referer: string | undefined, input?: object): Promise<string> {
    const from = referer?.startsWith('/') ? server.origin + referer : referer;
    const headers = { 'content-type': 'application/json', accept: 'application/json', ...(from && { referer: from }) };
    const body = input === undefined ? '{}' : JSON.stringify(input);
    const answer = await browser.visit(`/site/_actions/${action}`, { method: 'POST', headers, body });
    if (answer.status === 200) return JSON.parse(answer.text)[0];
    const { code, message } = JSON.parse(answer.text);
    return `${answer.status} ${code} ${message}`;
  }

  it('hold in rules, helpers, components and policies of a page', async () => {
    const ada = await be('ada');
    const acme = await ada.get('/site/org/acme');
    expect(acme.text).toContain('<p>acme: admin,member; admin: true</p>');
    expect(acme.text).toContain('<p>edit: true, read: true</p>');
    expect(acme.text).toContain('<b>may edit</b>');
    expect(acme.text).toContain('<b>admin may read</b>');
    const birch = await ada.get('/site/org/birch?note=2');
    expect(birch.text).toContain('<p>birch: member; admin: false</p>');
    expect(birch.text).toContain('<p>edit: false, read: true</p>');
    expect(birch.text).toContain('<i>may not edit</i>');
    expect(birch.text).not.toContain('admin may read');
    expect((await ada.get('/site/org/acme/admin')).status).toBe(200);
    expect((await ada.get('/site/org/birch/admin')).location).toContain('/site/forbidden');
    expect((await ada.get('/site/org/cedar')).location).toContain('/site/forbidden');
    expect((await new Browser(server).get('/site/org/acme')).location).toContain('/site/login');
  });

  it('are looked up once for each route, and not for guests', async () => {
    const ada = await be('ada');
    await ada.get('/site/org/acme');
    expect(await lookupsOf(ada)).toEqual(['acme']);
    await new Browser(server).get('/site/org/acme');
    expect(await lookupsOf(ada)).toEqual([]);
    const forwarded = await ada.get('/site/forward?to=acme');
    expect(forwarded.text).toContain('acme: admin,member');
    expect(await lookupsOf(ada)).toEqual(['-', 'acme']);
    expect((await ada.get('/site/forward?to=cedar')).location).toContain('/site/forbidden');
  });

  it('belong to one request each, of requests at once too', async () => {
    const [ada, max] = [await be('ada'), await be('max')];
    const paths = ['acme', 'birch', 'cedar', 'a%20b'];
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, at) => {
        const slug = paths[at % 4] ?? '';
        const { text } = await (at % 8 < 4 ? ada : max).get(`/site/open/${slug}`);
        return [at % 8, /<p>(.*)<\/p>/.exec(text)?.[1]];
      }),
    );
    const expected = [
      'acme: true',
      'birch: true',
      'cedar: false',
      'a b: false',
      'acme: false',
      'birch: true',
      'cedar: false',
      'a b: true',
    ];
    expect(answers).toEqual(answers.map(([at]) => [at, expected[Number(at)]]));
  });

  it('make pages answer 503 while they cannot be looked up, and give nobody a role', async () => {
    const ada = await be('ada');
    const headers = { 'x-break': 'yes' };
    expect((await ada.get('/site/org/acme', { headers })).status).toBe(503);
    expect((await ada.get('/site/open/acme', { headers })).text).toContain('<p>acme: false</p>');
    expect((await ada.get('/site/org/acme')).status).toBe(200);
  });

  it('hold on the 404 page that a page of the organisation answers with', async () => {
    const ada = await be('ada');
    const answer = await ada.get('/site/org/acme/notes/2');
    expect([answer.status, answer.text]).toEqual([404, expect.stringContaining('<h1>not found</h1><p>true</p>')]);
    expect((await new Browser(server).get('/site/nothing')).text).toContain('<h1>not found</h1><p>false</p>');
  });

  it('do not tell a hidden page from one that does not exist', async () => {
    const ada = await be('ada');
    const [hidden, missing] = [await ada.get('/site/org/birch/hidden'), await ada.get('/site/org/birch/nothing')];
    expect([hidden.status, hidden.location, hidden.text]).toEqual([missing.status, missing.location, missing.text]);
    expect((await ada.get('/site/org/acme/hidden')).status).toBe(200);
  });

  describe('in a server island', () => {
    it('are those on the page that rendered it', async () => {
      const ada = await be('ada');
      const acme = islandsOf(await ada.get('/site/org/acme'));
      const birch = islandsOf(await ada.get('/site/org/birch'));
      expect((await ada.get(acme.AdminPanel ?? '', { headers: island })).text).toContain('panel of acme: nothing');
      expect((await ada.get(birch.AdminPanel ?? '', { headers: island })).status).toBe(403);
      expect((await ada.get(birch.Notes ?? '', { headers: island })).text).toContain('notes of birch for member');
      expect((await ada.get(acme.Notes ?? '', { headers: island })).text).toContain('notes of acme for admin');
      // A development server tries the page of another language only after it has found none.
      if (mode === 'dev') return;
      const german = islandsOf(await ada.get('/site/de/org/acme'));
      expect((await ada.get(german.Notes ?? '', { headers: island })).text).toContain('notes of acme for admin');
    });

    it('cannot be brought from another page: by a Referer, or by the token of an island there', async () => {
      const ada = await be('ada');
      const acme = islandsOf(await ada.get('/site/org/acme'));
      const birch = islandsOf(await ada.get('/site/org/birch'));
      const referer = `${server.origin}/site/org/acme`;
      expect((await ada.get(birch.AdminPanel ?? '', { headers: { ...island, referer } })).status).toBe(403);
      const tokenOf = (address = '') => new URLSearchParams(address.split('?')[1]).get('page') ?? '';
      expect(tokenOf(acme.AdminPanel).length).toBeGreaterThan(50);
      const withToken = (address = '', token: string) => {
        const [path, query] = address.split('?');
        const given = new URLSearchParams(query);
        given.set('page', token);
        return `${path}?${given}`;
      };
      for (const token of [tokenOf(acme.AdminPanel), tokenOf(acme.Notes), '', 'x', `${tokenOf(birch.AdminPanel)}x`]) {
        expect((await ada.get(withToken(birch.AdminPanel, token), { headers: island })).status).toBe(403);
      }
      const bare = (birch.Notes ?? '').replace(/[?&]page=[^&]*/, '');
      expect((await ada.get(bare, { headers: { ...island, referer } })).text).toContain('notes of - for nobody');
    });

    it('are those of the visitor who asks, and none when they may not open the page', async () => {
      const [ada, max] = [await be('ada'), await be('max')];
      const { Notes = '', AdminPanel = '' } = islandsOf(await ada.get('/site/org/acme'));
      expect((await max.get(Notes, { headers: island })).text).toContain('notes of - for nobody');
      expect((await max.get(AdminPanel, { headers: island })).status).toBe(403);
      expect((await new Browser(server).get(AdminPanel, { headers: island })).status).toBe(401);
    });

    it('hold when the island is posted, because its properties are long', async () => {
      const ada = await be('ada');
      const { text } = await ada.get('/site/org/birch?long');
      const [, body, posted] =
        /let data = (\{[^}]*\});[\s\S]*?fetch\("(\/site\/_server-islands\/Notes[^"]*)"/.exec(text) ?? [];
      const json = JSON.stringify(
        Object.fromEntries([...(body ?? '').matchAll(/(\w+): "([^"]*)"/g)].map(([, key, value]) => [key, value])),
      );
      const headers = { ...island, 'content-type': 'application/json' };
      const answer = await ada.visit(posted ?? '', { method: 'POST', headers, body: json });
      expect(answer.text).toContain('notes of birch for member');
      const other = await ada.visit((posted ?? '').replace(/page=\w{9}/, 'page=abcdefghi'), {
        method: 'POST',
        headers,
        body: json,
      });
      expect(other.text).toContain('notes of - for nobody');
    });
  });

  describe('in an action at its own address', () => {
    it('are those on the page that the browser names', async () => {
      const ada = await be('ada');
      const named = [
        '/site/org/acme',
        '/site/org/birch',
        '/site/org/acme?tab=1#top',
        '/site/de/org/acme',
        '/site/org/acme/admin',
      ];
      expect(await Promise.all(named.map((page) => call(ada, 'role', page)))).toEqual([
        'admin of acme',
        'member of birch',
        'admin of acme',
        'admin of acme',
        'admin of acme',
      ]);
      const max = await be('max');
      expect(await call(max, 'role', '/site/org/a%20b')).toBe('admin of a b');
    });

    it('are none for a page that is not of the site, that does not exist, or that they may not open', async () => {
      const ada = await be('ada');
      const { origin } = server;
      const strange = [
        undefined,
        `${origin.replace('//', '//ada:secret@')}/site/org/acme`,
        `${origin.replace('http:', 'ftp:')}/site/org/acme`,
        '/org/acme',
        '/site',
        '/site/',
        '/siteorg/acme',
        '/site/ORG/acme',
        '/site/org',
        '/site/org/acme/nothing',
        '/site/org/acme.html',
        '/site//org/acme',
        '/site/org/acme%2F..%2Fbirch',
        '/site/org/%E0%A4%A',
        '/site/org/cedar',
        '/site/org/ACME',
        '/site/org/birch/admin',
        '/site/org/birch/hidden',
        '/site/api/acme/notes/1',
        '/site/_server-islands/AdminPanel',
      ];
      const answers = await Promise.all(strange.map((page) => call(ada, 'role', page)));
      expect(answers.map((answer, at) => [strange[at], answer.split(' of ')[0]])).toEqual(
        strange.map((page) => [page, 'none']),
      );
      expect(await call(ada, 'role', '/site/org/x/../acme')).toBe('admin of acme');
      expect(await call(await be('max'), 'notes.edit', '/site/org/acme', { id: '1' })).toMatch(/^403 /);
    });

    it('reach no record of another organisation than the one that they are for', async () => {
      const ada = await be('ada');
      expect(await call(ada, 'notes.edit', '/site/org/acme', { id: '1' })).toBe('edited acme plans');
      expect(await call(ada, 'notes.edit', '/site/org/acme', { id: '2' })).toBe('no such note');
      expect(await call(ada, 'notes.editAny', '/site/org/acme', { id: '2' })).toBe('404 NOT_FOUND No such note');
      expect(await call(ada, 'notes.editAny', '/site/org/birch', { id: '2' })).toBe('409 CONFLICT Ask an admin');
    });

    it('are those of the page for a form that is sent to it', async () => {
      const ada = await be('ada');
      const form = (slug: string, id: string) =>
        ada.post(
          `/site/org/${slug}?_action=notes.editForm`,
          { id },
          { headers: { referer: `${server.origin}/site/org/acme` } },
        );
      expect((await form('acme', '1')).text).toContain('<p>edited acme plans</p>');
      expect((await form('birch', '2')).text).toContain('<p>CONFLICT</p>');
    });
  });

  describe('A policy', () => {
    it('refuses in a page with its own status and message', async () => {
      const ada = await be('ada');
      expect((await ada.get('/site/org/acme/notes/1')).text).toContain('acme plans');
      const elsewhere = await ada.get('/site/org/acme/notes/2');
      expect([elsewhere.status, elsewhere.location, elsewhere.text]).toEqual([
        404,
        null,
        expect.stringContaining('not found'),
      ]);
      const conflict = await ada.get('/site/org/birch/notes/2');
      expect([conflict.status, conflict.text, conflict.headers.get('cache-control')]).toEqual([
        409,
        'Ask an admin',
        'private, no-store',
      ]);
      expect((await ada.get('/site/org/acme/notes/1?do=note:fail')).location).toContain('/site/forbidden');
      expect((await ada.get('/site/org/acme/notes/1?do=note:edti')).status).toBe(500);
    });

    it('refuses a program with problem details', async () => {
      const [ada, max] = [await be('ada'), await be('max')];
      expect(JSON.parse((await max.get('/site/api/birch/notes/2', program)).text)).toMatchObject({
        text: 'birch plans',
      });
      const refused = await ada.get('/site/api/birch/notes/2', program);
      expect(JSON.parse(refused.text)).toMatchObject({ status: 409, title: 'Conflict', detail: 'Ask an admin' });
      expect((await new Browser(server).get('/site/api/birch/notes/2', program)).status).toBe(401);
    });
  });
});
