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

/** Returns the answer for somebody who is signed in, without the page where one signs in. */
async function open(path: string, userId: string): Promise<Response> {
  const cookie = await signInCookie({ secret }, { userId });
  return fetch(site + path, { headers: { cookie, accept: 'text/html' }, redirect: 'manual' });
}

test('a project is shown to its team', async () => {
  assert.equal((await open('/org/acorn/projects/apollo', 'ada')).status, 200);
  assert.equal((await open('/org/acorn/projects/apollo', 'grace')).status, 302);
});

test('a project is another one in another organisation', async () => {
  const acorn = await (await open('/org/acorn/projects/apollo', 'ada')).text();
  const birch = await (await open('/org/birch/projects/apollo', 'max')).text();
  assert.match(acorn, /Acorn lands in July/);
  assert.match(birch, /Birch sells lyres/);
  assert.doesNotMatch(birch, /Acorn/);
});

test('somebody in two organisations has the roles of the one that is open', async () => {
  const [acorn, birch] = await Promise.all(['acorn', 'birch'].map((slug) => open(`/org/${slug}`, 'kim')));
  assert.match((await acorn?.text()) ?? '', /here in staff/);
  assert.match((await birch?.text()) ?? '', /here in apollo/);
  assert.equal((await open('/org/acorn/projects/gemini', 'kim')).status, 200);
  assert.equal((await open('/org/birch/projects/gemini', 'kim')).status, 404);
  assert.equal((await open('/org/birch', 'ada')).status, 302);
});

test('a note can be removed by its author and by staff of its organisation', async () => {
  const page = async (slug: string, userId: string) => (await open(`/org/${slug}/projects/apollo`, userId)).text();
  assert.match(await page('birch', 'max'), /Remove: Birch sells lyres/);
  assert.match(await page('birch', 'nora'), /Remove: Birch sells lyres/);
  assert.doesNotMatch(await page('birch', 'kim'), /Remove:/);
});
