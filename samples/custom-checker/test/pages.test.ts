import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { signInCookie } from 'astro-gatehouse/testing';

const secret = 'Vb4Kq8Zt1Wm6Xc3Rn9Ly5Hd2Jf7Gs0Pa';
let site: string;
let server: ChildProcess;

before(async () => {
  const probe = createServer().listen(0);
  await once(probe, 'listening');
  const address = probe.address();
  assert.ok(address && typeof address === 'object');
  probe.close();
  const env = { ...process.env, GATEHOUSE_SECRET: secret, HOST: '127.0.0.1', PORT: String(address.port) };
  server = spawn(process.execPath, ['dist/server/entry.mjs'], { env });
  site = `http://127.0.0.1:${address.port}`;
  while (!(await fetch(site).catch(() => undefined))) await new Promise((wake) => setTimeout(wake, 50));
});
after(() => server.kill());

/** What somebody who is signed in is answered, without the page where one signs in. */
async function open(path: string, userId: string, company: string): Promise<Response> {
  const cookie = await signInCookie({ secret }, { userId, company });
  return fetch(site + path, { headers: { cookie, accept: 'text/html' }, redirect: 'manual' });
}

test('a project is shown to its team', async () => {
  assert.equal((await open('/projects/apollo', 'ada', 'Acorn')).status, 200);
  assert.equal((await open('/projects/apollo', 'grace', 'Acorn')).status, 302);
});

test('a project is another one for another company', async () => {
  const acorn = await (await open('/projects/apollo', 'ada', 'Acorn')).text();
  const birch = await (await open('/projects/apollo', 'max', 'Birch')).text();
  assert.match(acorn, /Acorn lands in July/);
  assert.match(birch, /Birch sells lyres/);
  assert.doesNotMatch(birch, /Acorn/);
});
