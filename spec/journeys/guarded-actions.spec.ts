import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { everythingBut, GuardedSite, type Mode, pagesIn, protect, type Site } from '../support/guarded-site.js';
import { BASE, PLAIN } from '../support/guarded-sites.js';
import { encoded } from '../support/spellings.js';

const SERVED: [string, Mode, Site][] = [
  ['plain', 'production', PLAIN],
  ['base', 'production', BASE],
  ['plain', 'dev', PLAIN],
];
const PAGES = ['/', '/login', '/public/info', '/api/health', '/nope'];

/** URLs that Astro treats as calls of the same action. */
function callsOf(name: string): string[] {
  const whole = name
    .split('.')
    .map((part) => encoded(part))
    .join('.');
  const spelled = [name, encoded(name.slice(0, 1)) + name.slice(1), whole];
  return [
    ...spelled.flatMap((written) => [
      `/_actions/${written}`,
      `/_actions/${written}/`,
      `/_actions/ping/_actions/${written}`,
    ]),
    ...PAGES.flatMap((page) => spelled.map((written) => `${page}?_action=${encodeURIComponent(written)}`)),
    `/login?_action=${name}&_action=ping`,
  ];
}

const call = (target: string) => ({
  method: 'POST',
  target,
  headers: { 'Content-Type': 'application/json' },
  body: '{}',
});

describe.each(SERVED)('On the site %s in %s', (_, mode, site) => {
  describe('a rule for actions', () => {
    let served: GuardedSite;

    beforeAll(async () => {
      served = await GuardedSite.serve(
        site,
        protect('/_actions/deleteUser', '/_actions/admin.*', '/_server-islands/SecretIsland'),
        mode,
      );
    });
    afterAll(() => served.stop());

    const addresses = (name: string) => [...callsOf(name).map((target) => served.path(target)), `//_actions/${name}`];

    it.each(['deleteUser', 'admin.wipe'])('prevents guests from calling %s in any way', async (name) => {
      const ways = { refused: 0, run: 0 };
      for (const target of addresses(name)) {
        const guest = await served.asGuest(call(target));
        expect({ target, ran: await served.actionsRun() }).toEqual({ target, ran: [] });
        await served.asVisitor(call(target));
        if ((await served.actionsRun()).length === 0) continue;
        ways.run++;
        if (served.isRefusal(guest)) ways.refused++;
      }
      expect(ways.run).toBeGreaterThan(10);
      expect(ways.refused).toBe(ways.run);
    });

    it('does not affect actions that it does not name', async () => {
      for (const target of ['/_actions/ping', '/login?_action=ping', '/nope?_action=ping'].map((to) =>
        served.path(to),
      )) {
        await served.asGuest(call(target));
        expect({ target, ran: await served.actionsRun() }).toEqual({ target, ran: ['ping'] });
      }
      const page = await served.asGuest(served.path('/login?_action=deleteUser'));
      expect(pagesIn(page.text)).toEqual(['/login']);
    });

    it.each(['DELETEUSER', '__proto__', 'constructor.constructor'])('runs nothing for the name %s', async (name) => {
      const { status } = await served.asGuest(call(served.path(`/_actions/${name}`)));
      expect(status).toBeLessThan(500);
      expect(await served.actionsRun()).toEqual([]);
    });

    it('works together with a rule for an island, at each of its addresses', async () => {
      const page = await served.asVisitor(served.path('/island'));
      const target = /fetch\("([^"]*\/_server-islands\/SecretIsland[^"]*)"/.exec(page.text)?.[1] ?? '/not-on-the-page';
      const targets = mode === 'dev' ? [target] : [target, `/${target}`];
      const answers = targets.map(async (spelled) => {
        const [guest, visitor] = [await served.asGuest(spelled), await served.asVisitor(spelled)];
        return { refused: served.isRefusal(guest), served: pagesIn(visitor.text) };
      });
      const island = { refused: true, served: ['/_server-islands/SecretIsland'] };
      expect(await Promise.all(answers)).toEqual(targets.map(() => island));
    });
  });
});

describe('Actions on a site that protects everything but some pages', () => {
  let served: GuardedSite;

  beforeAll(async () => {
    served = await GuardedSite.serve(PLAIN, everythingBut('/', '/public/**', '/api/health'));
  });
  afterAll(() => served.stop());

  it.each(callsOf('deleteUser'))('are not run for guests who call %s', async (target) => {
    const guest = await served.asGuest(call(target));
    expect(served.isRefusal(guest)).toBe(true);
    expect(await served.actionsRun()).toEqual([]);
  });
});
