import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type App, SECRET, type Server } from '../support/app.js';
import { Browser, type Visit } from '../support/browser.js';
import { madeSite, setup } from '../support/made-site.js';

/** A request whose response is sent on demand, or ends when the client disconnects. */
const GATE = `
  const gates = (globalThis.gates ??= new Map());
  export async function waitAt(gate, { signal }) {
    await new Promise((pass) => {
      gates.set(gate, pass);
      signal.addEventListener('abort', pass);
      console.log('at ' + gate);
    });
    console.log((signal.aborted ? 'left ' : 'through ') + gate);
  }
  export const open = (gate) => gates.get(gate)?.();`;

const FILES = {
  ...setup(
    `process.env.STORE === 'sqlite'
      ? { session: { maxSize: 4000 }, services: (services) => services.override(SessionStore, (get) =>
          new SqliteSessionStore({ file: process.env.FILE }, get(Clock))) }
      : { session: { store: process.env.STORE, maxSize: 4000 } }`,
    `import { Clock } from 'astro-gatehouse/server';
     import { SqliteSessionStore } from 'astro-gatehouse/stores/sqlite';`,
  ),
  'src/gate.ts': GATE,
  'src/components/Slow.astro': `---
    import { waitAt } from '../gate';
    await waitAt(Astro.props.gate, Astro.request);
    ---
    <p>slow</p>`,
  'src/components/Said.astro': `---
    await null;
    ---
    <b>{Astro.locals.session.flash('notice') ?? 'nothing new'}</b>`,
  'src/layouts/Base.astro': `---
    import { Flash } from 'astro-gatehouse/components';
    ---
    <html><head><title>a page</title></head><body><Flash /><slot /></body></html>`,
  // Leaves what it is told, and goes on.
  'src/pages/leave.ts': `export const GET = ({ locals, url, redirect }) => {
    for (const [key, text] of url.searchParams) locals.session.flash(key, text);
    return redirect('/show');
  };`,
  'src/pages/leave-slowly/[gate].ts': `import { waitAt } from '../../gate';
  export const GET = async ({ locals, params, request, url }) => {
    await waitAt(params.gate, request);
    for (const [key, text] of url.searchParams) locals.session.flash(key, text);
    return new Response('left');
  };`,
  'src/pages/open.ts': `import { open } from '../gate';
  export const GET = ({ url }) => { open(url.searchParams.get('gate')); return new Response('open'); };`,
  'src/pages/show.astro': `---
    import Base from '../layouts/Base.astro';
    ---
    <Base><h1>shown</h1></Base>`,
  'src/pages/read.astro': `<b>{Astro.locals.session.flash('notice') ?? 'nothing new'}</b>`,
  'src/pages/late.astro': `---
    import Said from '../components/Said.astro';
    ---
    <html><body><Said /></body></html>`,
  'src/pages/late-and-slow/[gate].astro': `---
    import Said from '../../components/Said.astro';
    import Slow from '../../components/Slow.astro';
    ---
    <html><body><Said /><Slow gate={Astro.params.gate} /></body></html>`,
  'src/pages/slow-page/[gate].astro': `---
    import { waitAt } from '../../gate';
    await waitAt(Astro.params.gate, Astro.request);
    ---
    <p>asks for nothing</p>`,
  'src/pages/read-and-wait/[gate].astro': `---
    import { waitAt } from '../../gate';
    const notice = Astro.locals.session.flash('notice');
    await waitAt(Astro.params.gate, Astro.request);
    ---
    <b>{notice ?? 'nothing new'}</b>`,
  'src/pages/slow/[gate].ts': `import { waitAt } from '../../gate';
  export const GET = async ({ params, request }) => {
    await waitAt(params.gate, request);
    return new Response('done');
  };`,
  'src/pages/messages.ts': `export const GET = ({ locals }) => Response.json(locals.session.flashes.all());`,
  'src/pages/list.ts': `export const GET = ({ locals }) => Response.json({
    list: locals.session.flashes.getAll('notice'),
    latest: locals.session.flash('notice') ?? null,
  });`,
  'src/pages/events.ts': `export const GET = ({ locals, request }) => {
    const said = locals.session.flash('notice') ?? 'nothing new';
    const body = new ReadableStream({
      start(events) {
        events.enqueue(new TextEncoder().encode('data: ' + said + '\\n\\n'));
        request.signal.addEventListener('abort', () => console.log('events closed'));
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };`,
  'src/pages/throws.astro': `---
    Astro.locals.session.flash('notice');
    if (Astro.url) throw new Error('on purpose');
    ---
    <p>never</p>`,
  'src/pages/throws-early.astro': `---
    if (Astro.url) throw new Error('on purpose');
    ---
    <p>never</p>`,
  'src/pages/too-large.astro': `---
    Astro.locals.session.flash('notice');
    Astro.locals.session.set('much', 'x'.repeat(20_000));
    ---
    <p>never</p>`,
  'src/pages/sends-nothing.ts': `export const GET = ({ locals }) => Response.json(locals.session.flash('notice', undefined));`,
  'src/pages/framed.astro': `<iframe src="/show"></iframe>`,
  'src/pages/deferred/[gate].astro': `---
    import { Flash } from 'astro-gatehouse/components';
    import Slow from '../../components/Slow.astro';
    ---
    <html><body><Slow server:defer gate={Astro.params.gate} /><Flash server:defer /></body></html>`,
  'src/pages/404.astro': `---
    import Base from '../layouts/Base.astro';
    ---
    <Base><h1>nowhere</h1></Base>`,
};

const DOCUMENT = { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' };
const IMAGE = { 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors', accept: 'image/avif,image/webp,*/*;q=0.8' };
/** The headers of a script, with which ClientRouter requests pages and Astro server islands. */
const SCRIPT = { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors', accept: '*/*' };

describe.each([
  ['cookie', 'built'],
  ['memory', 'built'],
  ['sqlite', 'built'],
  ['memory', 'developed'],
])('Flash messages, %s store, in an application that is %s,', (store, mode) => {
  let app: App;
  let server: Server;
  let gates = 0;

  beforeAll(async () => {
    app = madeSite('{}', FILES);
    const environment = { GATEHOUSE_SECRET: SECRET, STORE: store, FILE: `${app.folder}/sessions.db` };
    server = mode === 'built' ? await (await app.build()).serve(environment) : await app.serveWith('dev', environment);
  });
  afterAll(async () => {
    await server.stop();
    app.remove();
  });

  const told = async (messages = 'notice=Saved') => {
    const browser = new Browser(server);
    await browser.get(`/leave?${messages}`);
    return browser;
  };
  /** Sends a request that waits at its gate; `pass` lets it continue, `abort` cancels it. */
  const held = async (browser: Browser, page: string, query = '') => {
    gates += 1;
    const gate = `gate-${gates}`;
    const controller = new AbortController();
    const since = server.output.length;
    const answer = fetch(`${server.origin}/${page}/${gate}${query}`, {
      headers: { accept: 'text/html', cookie: browser.cookieHeader },
      signal: controller.signal,
    }).then(async (response) => ({ cookies: response.headers.getSetCookie(), text: await response.text() }));
    answer.catch(() => undefined);
    expect(await server.printed(`at ${gate}\n`, since)).toContain(`at ${gate}\n`);
    const pass = async () => {
      await fetch(`${server.origin}/open?gate=${gate}`);
      return answer;
    };
    const abort = async () => {
      controller.abort();
      expect(await server.printed(`left ${gate}\n`, since)).toContain(`left ${gate}\n`);
    };
    return { pass, abort };
  };
  const show = async (browser: Browser, path = '/show', visit?: Visit) => (await browser.get(path, visit)).text;

  describe('are shown', () => {
    it.each([
      ['to a browser that opens a page', '/show', DOCUMENT],
      ['to a browser that opens a missing page', '/nowhere', DOCUMENT],
      ['to a browser that opens a missing file', '/nope.png', DOCUMENT],
      ['to a page in a frame', '/show', { 'sec-fetch-dest': 'iframe', 'sec-fetch-mode': 'navigate' }],
      ['to a script that requests a page, as ClientRouter does', '/show', SCRIPT],
      ['to a client without fetch metadata', '/show', {}],
      ['to a client that accepts anything', '/show', { accept: '*/*' }],
      [
        'to a service worker that uses a preloaded response',
        '/show',
        { ...DOCUMENT, 'service-worker-navigation-preload': 'shown' },
      ],
      ['in a component that renders late', '/late', DOCUMENT],
      ['by an endpoint that reads them', '/messages', SCRIPT],
      ['by an endpoint that is requested as an image', '/messages', IMAGE],
    ])('%s', async (_, path, headers) => {
      const browser = await told();
      expect(await show(browser, path, { headers })).toContain('Saved');
      expect(await show(browser)).not.toContain('Saved');
    });

    it('by a server island, while another one of the page is still rendering', async () => {
      const browser = await told();
      const page = await show(browser, '/deferred/island-gate');
      expect(page).not.toContain('Saved');
      const islands = [...page.matchAll(/href="(\/_server-islands\/[^"]*)"/g)].map(([, address = '']) =>
        address.replaceAll(/&(?:amp|#38);/g, '&'),
      );
      expect(islands).toHaveLength(2);
      const [slow = '', flash = ''] = islands;
      const since = server.output.length;
      const made = browser.copy().get(slow, { headers: SCRIPT });
      await server.printed('at island-gate\n', since);
      const island = await show(browser, flash, { headers: SCRIPT });
      await fetch(`${server.origin}/open?gate=island-gate`);
      expect((await made).text).toContain('slow');
      expect(island).toContain('Saved');
      expect(await show(browser)).not.toContain('Saved');
    });

    it('by an open event stream, and not blocked by another stream that found none', async () => {
      const browser = await told();
      const streams: AbortController[] = [];
      const listen = async () => {
        const controller = new AbortController();
        streams.push(controller);
        const headers = { accept: 'text/event-stream', cookie: browser.cookieHeader };
        const response = await fetch(`${server.origin}/events`, { headers, signal: controller.signal });
        const { value } = (await response.body?.getReader().read()) ?? {};
        for (const cookie of response.headers.getSetCookie()) browser.cookies.set(...pairOf(cookie));
        return new TextDecoder().decode(value);
      };
      expect(await listen()).toBe('data: Saved\n\n');
      expect(await listen()).toBe('data: nothing new\n\n');
      await browser.get('/leave?notice=Later');
      const page = await show(browser);
      for (const stream of streams) stream.abort();
      await server.printed('events closed');
      expect(page).toContain('Later');
      expect(page).not.toContain('Saved');
      expect(await show(browser)).not.toContain('Saved');
    });

    it('by one of two pages that render concurrently', async () => {
      const browser = await told();
      const other = browser.copy();
      const first = await held(browser, 'read-and-wait');
      const second = await show(other);
      expect((await first.pass()).text).toContain('Saved');
      expect(second).not.toContain('Saved');
    });

    it('once, when many pages read them concurrently', async () => {
      const browser = await told();
      const pages = await Promise.all(Array.from({ length: 12 }, () => show(browser.copy(), '/read')));
      expect(pages.filter((page) => page.includes('Saved'))).toHaveLength(1);
    });
  });

  describe('wait, and are shown by the next page', () => {
    it.each([
      ['while a request to an endpoint that reads none is pending', 'slow'],
      ['while a request to a page that reads none is pending', 'slow-page'],
    ])('%s', async (_, page) => {
      const browser = await told();
      const slow = await held(browser, page);
      expect(await show(browser)).toContain('Saved');
      await slow.pass();
      expect(await show(browser)).not.toContain('Saved');
    });

    it.each([
      ['a missing image', '/nope.png', IMAGE],
      ['a missing file, by a script', '/nope.json', SCRIPT],
      ['a missing file, by a client without fetch metadata', '/nope.png', {}],
      ['a missing image without an ending', '/nope', IMAGE],
      ['a missing image in an older browser', '/nope', { accept: IMAGE.accept }],
      ['a missing style sheet', '/nope', { 'sec-fetch-dest': 'style', accept: 'text/css,*/*;q=0.1' }],
      ['a missing script', '/nope', { 'sec-fetch-dest': 'script', accept: '*/*' }],
      ['a page as an image', '/show', IMAGE],
      ['a page as JSON', '/show', { accept: 'application/json' }],
      ['a page, ahead of time', '/show', { ...SCRIPT, 'sec-purpose': 'prefetch' }],
      [
        'a page for a service worker, which may show another',
        '/show',
        { ...DOCUMENT, 'service-worker-navigation-preload': 'true' },
      ],
      ['a page, by the prefetch of Safari', '/show', { ...SCRIPT, purpose: 'prefetch' }],
    ])('when a browser requests %s', async (_, path, headers) => {
      const browser = await told();
      const { setCookies, text } = await browser.get(path, { headers });
      expect(text).not.toContain('Saved');
      expect(setCookies).toEqual([]);
      expect(await show(browser)).toContain('Saved');
      expect(await show(browser)).not.toContain('Saved');
    });

    it.each(['/open', '/framed'])('when %s reads none, and sets no cookie', async (path) => {
      const browser = await told();
      expect((await browser.get(path)).setCookies).toEqual([]);
      expect(await show(browser)).toContain('Saved');
    });

    it.each(['read-and-wait', 'late-and-slow', 'slow-page'])(
      'when the client disconnects from /%s before it is rendered',
      async (page) => {
        // The headers of a streaming page are delayed as long as there are messages to show.
        const browser = await told('notice=Saved&hint=x');
        const slow = await held(browser, page);
        await slow.abort();
        expect(await show(browser)).toContain('Saved');
        expect(await show(browser)).not.toContain('Saved');
      },
    );

    it.each(['/throws', '/throws-early', '/too-large'])(
      'when %s fails at a site without an error page',
      async (page) => {
        const browser = await told();
        const failed = await browser.get(page);
        expect(failed.status).toBe(500);
        expect(await show(browser)).toContain('Saved');
        expect(await show(browser)).not.toContain('Saved');
      },
    );
  });

  describe('under one key', () => {
    const TWO = 'notice=One&notice=Two';

    it('are all shown, in their order', async () => {
      const page = await show(await told(`${TWO}&error=Three`));
      expect(Array.from(page.matchAll(/role="(\w+)"[^>]*>\s*(\w+)/g), ([, role, text]) => [role, text])).toEqual([
        ['alert', 'Three'],
        ['status', 'One'],
        ['status', 'Two'],
      ]);
    });

    it('are returned as a list by getAll(), and the latest one by get()', async () => {
      const browser = await told(TWO);
      expect(await show(browser, '/list')).toBe('{"list":["One","Two"],"latest":"Two"}');
      expect(await show(browser, '/list')).toBe('{"list":[],"latest":null}');
      const other = await told(`${TWO}&hint=Three`);
      expect(await show(other, '/messages')).toBe('{"notice":["One","Two"],"hint":"Three"}');
    });

    it('are removed together, and the log reports those that were not shown', async () => {
      const browser = await told(TWO);
      expect(await show(browser, '/read')).toContain('Two');
      expect(await show(browser)).not.toMatch(/One|Two/);
      expect(await server.printed('getAll')).toContain("flashes.getAll('notice')");
    });

    it('accumulate over several requests', async () => {
      const browser = await told('notice=One');
      await browser.get('/leave?notice=Two');
      expect(await show(browser)).toMatch(/One.*Two/s);
    });

    if (store === 'cookie') return;

    it('are all stored when concurrent requests add them', async () => {
      const browser = await told('notice=One');
      const [first, second] = [
        await held(browser, 'leave-slowly', '?notice=Two'),
        await held(browser, 'leave-slowly', '?notice=Three'),
      ];
      await Promise.all([first.pass(), second.pass()]);
      expect(await show(browser, '/messages')).toMatch(/^{"notice":\["One","T(?:wo","Three|hree","Two)"\]}$/);
    });
  });

  if (store === 'sqlite') {
    it('are shown by one of many pages of two processes', async () => {
      const other = await app.serve({ GATEHOUSE_SECRET: SECRET, STORE: store, FILE: `${app.folder}/sessions.db` });
      const browser = await told();
      const first = await held(browser, 'read-and-wait');
      const elsewhere = await Promise.all([1, 2, 3].map(() => show(browser.copy().at(other))));
      expect((await first.pass()).text).toContain('Saved');
      expect(elsewhere.join()).not.toContain('Saved');
      await browser.get('/leave?notice=Again');
      const pages = await Promise.all([server, other, server, other].map((at) => show(browser.copy().at(at), '/read')));
      await other.stop();
      expect(pages.filter((page) => page.includes('Again'))).toHaveLength(1);
    });
  }

  it('cause a log line on what a service worker has to do to show them', async () => {
    const headers = { 'service-worker-navigation-preload': 'true' };
    await show(await told(), '/show', { headers });
    expect(await server.printed("setHeaderValue('shown')")).toContain("setHeaderValue('shown')");
  });

  it('that are undefined are rejected, and stored ones stay', async () => {
    const browser = await told();
    expect((await browser.get('/sends-nothing')).status).toBe(500);
    expect(await server.printed('undefined is no message')).toContain('The value of "notice" cannot be stored');
    expect(await show(browser)).toContain('Saved');
  });
});

function pairOf(setCookie: string): [string, string] {
  const [pair = ''] = setCookie.split(';', 1);
  const [name = '', value = ''] = pair.split(/=(.*)/s);
  return [name, value];
}
