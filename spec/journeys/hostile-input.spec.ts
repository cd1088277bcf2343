import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sealData } from 'iron-session';
import { toReturnPath } from '../../lib/access/paths/return-path.js';
import { Secrets } from '../../lib/session/cookies/secrets.js';
import { parseRecord } from '../../lib/session/record/record-text.js';
import { parseMovedRecord } from '../../lib/session/stores/moved-record.js';
import { App, SECRET, type Server } from '../support/app.js';
import { Browser } from '../support/browser.js';
import { cookieHeaders, recordContents, requestTargets, returnPaths } from '../support/hostile-input.js';
import { siteConfig } from '../support/made-site.js';
import { type RawAnswer, RawClient, type RawRequest } from '../support/raw-request.js';

/** `npm run fuzz` sends the full numbers; the test suite sends a fiftieth. */
const SHARE = Number(process.env.FUZZ ?? 0.02);
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const COOKIE_HEADERS = 100_000 * SHARE;
const TARGETS = 100_000 * SHARE;
const RETURN_PATHS = 20_000 * SHARE;
const RECORDS = 20_000 * SHARE;
/** Bytes that the heap of the server may have grown by, once everything has been loaded and compiled. */
const GROWTH = 8 * 2 ** 20;
const BATCH = 64;
const NAME = '__Host-gatehouse';

const SECRETS = ['/admin', '/admin/users/42', '/account', '/api/secret', '/members/vip'];
const OPEN = ['/', '/login', '/blog/one', '/public/a'];
const page = (text: string) =>
  `---\nimport { getSession } from 'astro-gatehouse/server';\n---\n<p>${text}, {getSession()?.userId ?? 'guest'}</p>`;

const FILES = {
  'astro.config.mjs': siteConfig(`{
        protect: [{ pattern: '/admin/**' }, { pattern: '/account' }, { pattern: '/api/secret' }, { pattern: '/members/*' }],
      }`),
  'src/pages/index.astro': page('hello'),
  'src/pages/[...rest].astro': page('rest'),
  'src/pages/blog/[slug].astro': page('blog'),
  'src/pages/login.astro': page('login'),
  'src/pages/404.astro': page('nothing'),
  'src/pages/admin/[...rest].astro': page('THE SECRET'),
  'src/pages/account.astro': page('THE SECRET'),
  'src/pages/members/[name].astro': page('THE SECRET'),
  'src/pages/api/secret.ts': `export const GET = () => new Response('THE SECRET');`,
  'src/pages/enter.ts': `
    import { safeReturnTo, setSession } from 'astro-gatehouse/server';
    export const POST = async (context) => {
      await setSession(context, { userId: 'ada' });
      return context.redirect(safeReturnTo(context, '/'));
    };`,
  'src/pages/heap.ts': `
    import { setFlagsFromString } from 'node:v8';
    import { runInNewContext } from 'node:vm';
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc');
    export const GET = () => {
      collect();
      collect();
      return new Response(String(process.memoryUsage().heapUsed));
    };`,
};

/** Throws an error with the input that was sent, which an expectation would not show. */
function see(isRight: boolean, seen: unknown): void {
  if (!isRight) throw new Error(inspect(seen, { depth: 5, maxStringLength: 20_000 }));
}

describe(`Random input (FUZZ_SEED=${SEED} repeats it)`, () => {
  let app: App;
  let server: Server;
  let client: RawClient;
  let token: string;

  beforeAll(async () => {
    app = await App.create(undefined, FILES).build();
    server = await app.serve();
    client = new RawClient(server.port, 16);
    const ada = new Browser(server);
    await ada.post('/enter');
    token = ada.cookies.get(NAME) ?? '';
  });
  afterAll(async () => {
    client.close();
    await server.stop();
    app.remove();
  });

  const heap = async () => Number((await client.send({ target: '/heap' })).text);

  /** Sends requests and checks every response; after the first half, the memory of the server must not grow. */
  async function sendAll<Sent>(
    arbitrary: fc.Arbitrary<Sent>,
    count: number,
    requestOf: (sent: Sent) => RawRequest,
    look: (answer: RawAnswer, sent: Sent) => unknown,
  ): Promise<void> {
    let before = 0;
    for (let sentAlready = 0; sentAlready < count; sentAlready += BATCH) {
      if (before === 0 && sentAlready >= count / 2) before = await heap();
      const batch = fc.sample(arbitrary, { numRuns: BATCH, seed: SEED + sentAlready });
      const answers = await Promise.all(batch.map((sent) => client.send(requestOf(sent))));
      for (const [at, answer] of answers.entries()) {
        const sent = batch[at] as Sent;
        see(answer.status < 500, { sent, answer });
        look(answer, sent);
      }
    }
    expect((await heap()) - before).toBeLessThan(GROWTH);
  }

  it(`in ${COOKIE_HEADERS} Cookie headers signs nobody in`, async () => {
    // Two bits of the last character of a seal's digest say nothing: with others there, it is the same seal.
    const seal = token.slice(0, token.lastIndexOf('~') - 1);
    await sendAll(
      cookieHeaders(NAME, token).filter((header) => !header.includes(seal)),
      COOKIE_HEADERS,
      (cookie) => ({ target: '/', headers: { Cookie: cookie } }),
      // Headers that are too large are rejected by Node.
      (answer, sent) => see(answer.status === 431 || answer.text.includes('hello, guest'), { sent, answer }),
    );
  });

  it(`in ${TARGETS} request targets reveals no secret`, async () => {
    await sendAll(
      requestTargets(SECRETS, OPEN),
      TARGETS,
      (target) => ({ target }),
      (answer, sent) => see(!answer.text.includes('THE SECRET'), { sent, answer }),
    );
  });

  it(`in ${RETURN_PATHS} return paths redirects to no other site`, async () => {
    const headers = { Origin: server.origin, 'Content-Type': 'application/x-www-form-urlencoded' };
    await sendAll(
      returnPaths,
      RETURN_PATHS,
      (path) => ({
        method: 'POST',
        target: `/enter?returnTo=${encodeURIComponent(path)}`,
        headers,
        body: 'a=1',
      }),
      (answer, sent) => {
        const location = answer.headers.get('location') ?? '';
        const { origin } = new URL(location, server.origin);
        see(origin === server.origin && answer.status === 302, { sent, answer });
        see(/^\/(?![/\\])[\x21-\x7e]*$/.test(location), { sent, answer });
        const path = toReturnPath(sent);
        if (path !== undefined) see(new URL(path, 'http://a.example').origin === 'http://a.example', { sent, path });
      },
    );
  });

  it(`in ${RECORDS} genuine seals around invalid sessions signs nobody in`, async () => {
    const [key] = await Secrets.from(SECRET, { source: 'the spec', isProduction: true }).keysFor(`session:${NAME}`);
    const password = { [key?.id ?? '']: key?.value ?? '' };
    const seal = (contents: object) => sealData(JSON.parse(JSON.stringify(contents)), { password, ttl: 3_600 });
    const contents = fc.oneof(
      fc.tuple(fc.string(), recordContents).map(([id, record]) => ({ id, record })),
      recordContents.map((record) => ({ id: 'x', record })),
      fc.dictionary(fc.string(), recordContents),
    );
    for (let sealed = 0; sealed < RECORDS; sealed += BATCH) {
      const batch = fc.sample(contents, { numRuns: BATCH, seed: SEED + sealed });
      const cookies = await Promise.all(batch.map(async (content) => `${NAME}=${await seal(content)}`));
      const answers = await Promise.all(
        cookies.map((cookie) => client.send({ target: '/', headers: { Cookie: cookie } })),
      );
      for (const [at, answer] of answers.entries()) {
        const isGuest = answer.status === 200 && answer.text.includes('hello, guest');
        see(isGuest || answer.status === 431, { sent: batch[at], answer });
      }
    }
  });

  it(`in ${RECORDS} stored strings is read as a session or as none, and never throws`, () => {
    const text = fc.oneof(
      recordContents.map((contents) => JSON.stringify(contents) ?? ''),
      fc.tuple(recordContents, fc.string()).map(([contents, end]) => `${JSON.stringify(contents)}${end}`),
      fc.jsonValue().map((contents) => `[${JSON.stringify(contents)}]`),
      fc.nat(20_000).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
    );
    for (const kept of fc.sample(text, { numRuns: RECORDS, seed: SEED })) {
      const record = parseRecord(kept, 'id');
      if (record) expect([record.values, record.flashes].every((map) => map instanceof Map)).toBe(true);
      expect(() => parseMovedRecord(kept)).not.toThrow();
    }
    expect(({} as Record<string, unknown>).role).toBeUndefined();
  });
});
