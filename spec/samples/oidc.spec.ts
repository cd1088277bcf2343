import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, SECRET, type Server } from '../support/app.js';
import { IdentityProvider, Traveller } from '../support/identity-provider.js';

const SAMPLE = resolve(import.meta.dirname, '../../samples/oidc');

describe.each(['built', 'in development'])('The oidc sample, %s, with its provider', (how) => {
  let app: App;
  let server: Server;
  let provider: IdentityProvider;

  beforeAll(async () => {
    app = App.create('samples/oidc');
    provider = await IdentityProvider.onFreePort();
    const ISSUER = provider.origin;
    if (how === 'built') {
      await app.build();
      server = await app.serve({ GATEHOUSE_SECRET: SECRET, ISSUER });
      await provider.start(app, server.origin);
    } else {
      server = await app.serveWith('dev', { ISSUER });
      await provider.isUp();
    }
  });
  afterAll(async () => {
    await provider.stop();
    await server.stop();
    app.remove();
  });

  const traveller = () => new Traveller(server, provider);

  /** Signs in at the provider, from the login page that is open. */
  async function signInWith(visitor: Traveller, login: string) {
    const form = await visitor.send('/auth/provider');
    expect(visitor.isAtProvider).toBe(true);
    const consent = await visitor.sendFormOf(form, { login, password: 'anything' });
    return visitor.sendFormOf(consent);
  }

  it('sends a guest to the provider, and back to the page that they wanted to open', async () => {
    const visitor = traveller();
    await visitor.open('/account/orders?page=2');
    expect(visitor.path).toBe('/login?returnTo=%2Faccount%2Forders%3Fpage%3D2');
    const account = await signInWith(visitor, 'grace');
    expect(visitor.path).toBe('/account/orders?page=2');
    expect(account.text).toContain('grace@example.com');
    expect(account.text).toContain('sample:grace');
    expect([...visitor.atSite.cookies.keys()].filter((name) => name.includes('-sign-in~'))).toEqual([]);
  });

  it('still has its form for passwords, and loses no page by a wrong one', async () => {
    const visitor = traveller();
    await visitor.open('/account/orders');
    const wrong = await visitor.send('/api/login', { email: 'ada@example.com', password: 'hopper' });
    expect(wrong.text).toContain('Wrong email or password');
    await visitor.send('/api/login', { email: 'ada@example.com', password: 'lovelace' });
    expect(visitor.path).toBe('/account/orders');
    await visitor.send('/api/logout');
    expect(visitor.path).toBe('/');
  });

  it('lets a visitor cancel at the provider, and begin again for the same page', async () => {
    const visitor = traveller();
    await visitor.open('/account/orders');
    const form = await visitor.send('/auth/provider');
    const [, abort = ''] = /href="([^"]+\/abort)"/.exec(form.text) ?? [];
    const login = await visitor.open(abort);
    expect(login.text).toContain('The provider did not sign you in');
    await signInWith(visitor, 'grace');
    expect(visitor.path).toBe('/account/orders');
  });

  it('signs out at the provider as well', async () => {
    const visitor = traveller();
    await visitor.open('/login');
    await signInWith(visitor, 'grace');
    expect(visitor.path).toBe('/account');
    const asked = await visitor.send('/api/logout');
    expect(visitor.isAtProvider).toBe(true);
    await visitor.sendFormOf(asked, { logout: 'yes' });
    expect(visitor.isAtProvider).toBe(false);
    expect(visitor.path).toMatch(/^\/(?:\?|$)/);
    await visitor.open('/login');
    expect((await visitor.send('/auth/provider')).text).toContain('name="password"');
  });

  it('refuses a code that another visitor has got, and one that is used again', async () => {
    const [attacker, victim] = [traveller(), traveller()];
    await attacker.open('/login');
    const form = await attacker.send('/auth/provider');
    const consent = await attacker.sendFormOf(form, { login: 'eve', password: 'anything' });
    const [, action = ''] = /<form[^>]* action="([^"]+)"/.exec(consent.text) ?? [];
    const resumed = await attacker.atProvider.post(new URL(action, provider.origin).pathname, { prompt: 'consent' });
    const { pathname, search } = new URL(resumed.location ?? '', provider.origin);
    const { location } = await attacker.atProvider.get(pathname + search);
    const planted = new URL(location ?? '');
    expect(planted.origin).toBe(server.origin);

    const shown = await victim.open(planted.href);
    expect(victim.path).toBe('/login?problem=provider');
    expect(shown.text).toContain('took too long');
    await attacker.open(planted.href);
    expect(attacker.path).toBe('/account');
    await attacker.open(planted.href);
    expect(attacker.path).toBe('/login?problem=provider');
    expect((await attacker.open('/account')).text).toContain('eve@example.com');
  });
});

describe('The button of the oidc sample', () => {
  /** The lines of code, imports included, without blank lines and comments. */
  const linesOf = (path: string) =>
    readFileSync(join(SAMPLE, path), 'utf8')
      .split('\n')
      .filter((line) => !/^\s*(?:$|\/\/|\/\*|\* )/.test(line)).length;

  it('takes 30 lines in a site with passwords', () => {
    const files = ['src/lib/provider.ts', 'src/pages/auth/provider.ts'];
    const button = readFileSync(join(SAMPLE, 'src/pages/login.astro'), 'utf8').match(/^.*auth\/provider.*$/gm) ?? [];
    expect(button).toHaveLength(1);
    expect(files.map(linesOf).reduce((sum, lines) => sum + lines, button.length)).toBeLessThanOrEqual(30);
  });
});
