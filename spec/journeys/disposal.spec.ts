import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type App, freePort, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { madeSite } from '../support/made-site.js';

const CLASSES = `
  /** One for the server. */
  export class Database { dispose() { console.log('database closed'); } }
  /** Needs the database. */
  export class Mailer {
    constructor(database) { this.database = database; }
    async [Symbol.asyncDispose]() {
      await new Promise((wake) => setTimeout(wake, 20));
      console.log('mailer closed');
    }
  }
  let begun = 0;
  /** One for each request that asks. */
  export class Unit {
    number = ++begun;
    async [Symbol.asyncDispose]() {
      await new Promise((wake) => setTimeout(wake, 20));
      console.log('unit ' + this.number + ' ended');
    }
  }
  export class Repository {
    constructor(unit) { this.unit = unit; }
    [Symbol.dispose]() { console.log('repository of ' + this.unit.number + ' ended'); }
  }
  export class Failing { dispose() { throw new Error('cannot be ended'); } }
  export class Plain {}
  export const edition = 0;`;

const CLOSED = /mailer closed[\s\S]*database closed/;

const unit = (after: string) => `
  import { Unit } from '../classes.js';
  export const GET = ({ locals }) => {
    const { number } = locals.services.get(Unit);
    ${after}
  };`;

const FILES = {
  'src/classes.js': CLASSES,
  'src/gatehouse.ts': `
    import { defineGatehouse } from 'astro-gatehouse/server';
    import { Database, Failing, Mailer, Plain, Repository, Unit } from './classes.js';
    // Seconds that a timer is to wait pass ten times as fast, where the process is the application's own, and what it is
    // to wait for in vain takes longer than this file.
    const { setTimeout } = globalThis;
    const factorOf = (delay) => (delay >= 10_000 ? 100 : delay >= 1000 ? 0.1 : 1);
    const soon = (work, delay = 0, ...rest) => setTimeout(work, delay * factorOf(delay), ...rest);
    if (import.meta.env.PROD) globalThis.setTimeout = soon;
    export default defineGatehouse({
      session: { store: 'memory' },
      services: (services) => services
        .shared(Database).shared(Mailer, (get) => new Mailer(get(Database)))
        .perRequest(Unit).perRequest(Repository, (get) => new Repository(get(Unit)))
        .perRequest(Failing).perRequest(Plain),
    });`,
  'src/components/Late.astro': `---
    import { Unit } from '../classes.js';
    await new Promise((wake) => setTimeout(wake, 50));
    const { number } = Astro.locals.services.get(Unit);
    console.log('late component of ' + number);
    ---
    <b>unit {number}</b>`,
  'src/pages/late.astro': `---
    import Late from '../components/Late.astro';
    Astro.cookies.set('own', 'kept');
    Astro.locals.session.set('late', true);
    ---
    <Late />`,
  // As long to load as for a server that has much else to do, and longer than what waits for nothing.
  'src/slow.js': 'await new Promise((wake) => setTimeout(wake, 300));',
  'src/pages/500.astro': `---
    import '../slow.js';
    import { Unit } from '../classes.js';
    const { number } = Astro.locals.services.get(Unit);
    if (Astro.url.searchParams.has('broken')) throw new Error('no error page');
    ---
    <p>failed as unit {number}</p>`,
  'src/pages/none.ts': `export const GET = () => new Response('none');`,
  'src/pages/unit.ts': unit("return new Response('unit ' + number);"),
  'src/pages/empty.ts': unit("return new Response(null, { status: 204, headers: { 'x-unit': String(number) } });"),
  'src/pages/gone.astro': `---
    import { Unit } from '../classes.js';
    console.log('gone as unit ' + Astro.locals.services.get(Unit).number);
    return new Response(null, { status: 404 });
    ---`,
  'src/pages/404.astro': '---\nexport const prerender = true;\n---\n<p>gone</p>',
  'src/pages/throws.ts': unit("throw new Error('no ' + number);"),
  'src/pages/stream.ts': unit(`
    let sent = 0;
    return new Response(new ReadableStream({
      async pull(controller) {
        await new Promise((wake) => setTimeout(wake, 10));
        if (++sent > 3) { console.log('last of ' + number); controller.close(); }
        else controller.enqueue(new TextEncoder().encode('unit ' + number + ' '));
      },
    }));`),
  'src/pages/endless.ts': unit(`
    return new Response(new ReadableStream({
      async pull(controller) {
        await new Promise((wake) => setTimeout(wake, 10));
        controller.enqueue(new TextEncoder().encode('unit ' + number + ' '));
      },
      cancel() { console.log('left ' + number); },
    }));`),
  'src/pages/repository.ts': `
    import { Repository } from '../classes.js';
    export const GET = ({ locals }) => new Response('unit ' + locals.services.get(Repository).unit.number);`,
  'src/pages/failing.ts': `
    import { Failing, Unit } from '../classes.js';
    export const GET = ({ locals }) => {
      const { number } = locals.services.get(Unit);
      locals.services.get(Failing);
      return new Response('unit ' + number);
    };`,
  'src/pages/edition.ts': `
    import { edition } from '../classes.js';
    export const GET = () => new Response('edition ' + edition);`,
  'src/pages/visit.ts': `
    export const GET = ({ locals }) => {
      locals.session.set('visits', (visits = 0) => visits + 1);
      return new Response('visit ' + locals.session.get('visits'));
    };`,
};

describe.each(['a build', 'astro dev'] as const)('Disposable services, in %s,', (mode) => {
  let app: App;
  let server: Server;

  beforeAll(async () => {
    app = madeSite('', FILES);
    server = mode === 'a build' ? await (await app.build()).serve() : await app.serveWith('dev');
  });
  afterAll(async () => {
    await server?.stop();
    app.remove();
  });

  const numberIn = (text: string) => /unit (\d+)/.exec(text)?.[1] ?? 'none';
  async function ended(path: string): Promise<{ number: string; output: string }> {
    const since = server.output.length;
    const number = numberIn((await new Browser(server).get(path)).text);
    return { number, output: await server.printed(`unit ${number} ended`, since) };
  }

  it.each(['/unit', '/stream', '/late'])('are disposed once, after the response has been sent: %s', async (path) => {
    const { number, output } = await ended(path);
    expect(output.match(new RegExp(`unit ${number} ended`, 'g'))).toHaveLength(1);
    if (path === '/stream') expect(output.indexOf(`last of ${number}`)).toBeLessThan(output.indexOf('ended'));
    if (path === '/late') expect(output.indexOf(`late component of ${number}`)).toBeLessThan(output.indexOf('ended'));
  });

  it('do not change the status, headers and cookies of a response', async () => {
    const answer = await fetch(`${server.origin}/late`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html']);
    const names = answer.headers.getSetCookie().map((cookie) => cookie.split('=')[0]);
    expect(names).toEqual(expect.arrayContaining(['own', expect.stringMatching(/gatehouse/)]));
    expect(await answer.text()).toMatch(/unit \d+/);
  });

  it('are disposed after a response without a body, and after one to HEAD', async () => {
    const since = server.output.length;
    const { headers } = await fetch(`${server.origin}/empty`);
    expect(await server.printed(`unit ${headers.get('x-unit')} ended`, since)).toContain('ended');
    const next = Number(headers.get('x-unit')) + 1;
    await fetch(`${server.origin}/unit`, { method: 'HEAD' });
    expect(await server.printed(`unit ${next} ended`, since)).toContain(`unit ${next} ended`);
  });

  it('are disposed when the client disconnects', async () => {
    const since = server.output.length;
    const leaving = new AbortController();
    const response = await fetch(`${server.origin}/endless`, { signal: leaving.signal });
    const { value } = (await response.body?.getReader().read()) ?? {};
    const number = numberIn(new TextDecoder().decode(value));
    expect(server.output.slice(since)).not.toContain('ended');
    leaving.abort();
    expect(await server.printed(`unit ${number} ended`, since)).toContain(`unit ${number} ended`);
  });

  it('are shared by a page and its error page, and disposed after that', async () => {
    const { number, output } = await ended('/throws');
    expect(output).toContain(`no ${number}`);
    expect(output.match(new RegExp(`unit ${number} ended`, 'g'))).toHaveLength(1);
  });

  it('are disposed after a prerendered error page, which has none of them', async () => {
    const since = server.output.length;
    const answer = await fetch(`${server.origin}/gone`);
    expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('gone')]);
    const number = numberIn(await server.printed(/gone as unit \d+\n/, since));
    expect(await server.printed(`unit ${number} ended`, since)).not.toContain('[astro-gatehouse]');
  });

  it('are disposed soon after an error page that fails itself', async () => {
    const since = server.output.length;
    const answer = await fetch(`${server.origin}/throws?broken`);
    expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringContaining('failed as unit')]);
    const number = /no (\d+)/.exec(await server.printed(/no \d+/, since))?.[1];
    await server.printed(`unit ${number} ended`, since);
  });

  it('are disposed before their dependencies', async () => {
    const { number, output } = await ended('/repository');
    expect(output.indexOf(`repository of ${number} ended`)).toBeLessThan(output.indexOf(`unit ${number} ended`));
    expect(output).toContain(`repository of ${number} ended`);
  });

  it('are logged when their disposal fails, without affecting the response or other services', async () => {
    const { number, output } = await ended('/failing');
    expect(number).not.toBe('none');
    expect(output).toContain('Failing could not be disposed of.');
    expect(output).toContain('cannot be ended');
  });

  if (mode === 'a build') return;

  it('are disposed when the project is edited and when the server stops, while sessions stay', async () => {
    const browser = new Browser(server);
    expect((await browser.get('/visit')).text).toBe('visit 1');
    for (const edition of [1, 2]) {
      const since = server.output.length;
      app.rewrite('src/classes.js', (text) => text.replace(/edition = \d/, `edition = ${edition}`));
      await server.until(async () => (await browser.get('/edition')).text === `edition ${edition}`);
      expect((await browser.get('/visit')).text).toBe(`visit ${edition + 1}`);
      expect(await server.printed(CLOSED, since)).toMatch(CLOSED);
    }
    // After any change of the setup module Astro restarts its server, and overlooks what is changed meanwhile.
    await server.restarted(() => app.rewrite('src/gatehouse.ts', (text) => `${text}\n// edited`));
    app.rewrite('src/classes.js', (text) => text.replace(/edition = \d/, 'edition = 3'));
    await server.until(async () => (await browser.get('/edition')).text === 'edition 3');
    expect((await browser.get('/visit')).text).toBe('visit 4');
    await server.restarted(() =>
      app.rewrite('src/gatehouse.ts', (text) => text.replace("store: 'memory'", "store: 'memory', idleTimeout: 900")),
    );
    await server.until(async () => (await browser.get('/edition')).text === 'edition 3');
    expect((await browser.get('/visit')).text).toBe('visit 1');
    const since = server.output.length;
    await server.stop();
    expect(server.output.slice(since)).toMatch(CLOSED);
  });
});

describe('Disposable services in a custom pipeline', () => {
  it('are disposed soon after a page without a body, which no error page replaces', async () => {
    const app = await madeSite('', {
      ...FILES,
      'src/pages/404.astro': '<p>gone</p>',
      'src/fetch.ts': `
        import { FetchState, middleware, pages } from 'astro/fetch';
        import { guard } from 'astro-gatehouse/fetch';
        export default {
          async fetch(request) {
            const state = new FetchState(request);
            return (await guard(state)) ?? middleware(state, pages);
          },
        };`,
    }).build();
    const server = await app.serve();
    try {
      const answer = await fetch(`${server.origin}/gone`);
      expect([answer.status, await answer.text()]).toEqual([404, '']);
      const number = /gone as unit (\d+)/.exec(await server.printed(/gone as unit \d+\n/))?.[1];
      await server.printed(`unit ${number} ended`);
    } finally {
      await server.stop();
      app.remove();
    }
  });
});

describe('A built server with shared services', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('disposes them at %s, and then exits', async (signal, code) => {
    const app = await madeSite('', FILES).build();
    const port = await freePort();
    const env = { ...process.env, GATEHOUSE_SECRET: SECRET, PORT: String(port), HOST: '127.0.0.1' };
    const server = spawn(process.execPath, ['dist/server/entry.mjs'], { cwd: app.folder, env });
    let output = '';
    server.stdout.on('data', (chunk) => {
      output += chunk;
    });
    while (!output.includes(String(port))) await once(server.stdout, 'data');
    server.kill(signal);
    // Unlike 'exit', it follows all output.
    const [exitCode] = await once(server, 'close');
    app.remove();
    expect(output).toMatch(/mailer closed\ndatabase closed\n$/);
    expect(exitCode).toBe(code);
  });
});
