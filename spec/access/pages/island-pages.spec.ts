import { describe, expect, it } from '@jest/globals';
import { IslandPages } from '../../../lib/access/pages/island-pages.js';
import { Secrets } from '../../../lib/session/cookies/secrets.js';

const [OLD, NEW] = ['k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa', 'Zq3Xw8Ve1Bn6My4Ku9Jt2Hr7Gf5Ds0Ac'];
const pages = new IslandPages(new Secrets([OLD]));
const ACME = { routePattern: '/org/[slug]', params: { slug: 'acme' }, address: '/org/acme?tab=é' };
const ISLAND = ['site.example', 'Panel', 'export', 'props', ''];

describe('The page of a server island', () => {
  it('is read from the token that was made for it', async () => {
    const token = await pages.sign(ACME, ISLAND);
    expect(token).toMatch(/^[\w-]+\.[\w-]+$/);
    expect(await pages.verify(token, ISLAND)).toEqual(ACME);
  });

  it('is not read for another island, or for other properties of it', async () => {
    const token = await pages.sign(ACME, ISLAND);
    const others = [
      ['other.example', 'Panel', 'export', 'props', ''],
      ['site.example', 'Other', 'export', 'props', ''],
      ['site.example', 'Panel', 'exportprops', '', ''],
      ['site.example', 'Panel', 'export', 'props of another page', ''],
      ['site.example', 'Panel', 'export', 'props', null],
      ['site.example', 'Panel', 'export', 'props'],
    ];
    expect(await Promise.all(others.map((island) => pages.verify(token, island)))).toEqual(others.map(() => undefined));
  });

  it('is not read from a token that was changed, or made by somebody else', async () => {
    const token = await pages.sign(ACME, ISLAND);
    const [page = '', signature = ''] = token.split('.');
    const [birch = ''] = (await pages.sign({ ...ACME, params: { slug: 'birch' } }, ISLAND)).split('.');
    const foreign = await new IslandPages(new Secrets([NEW])).sign(ACME, ISLAND);
    const changed = [
      `${birch}.${signature}`,
      foreign,
      '',
      '.',
      page,
      `${page}.`,
      `.${signature}`,
      `${token}A`,
      `${page}.${signature.replace(/^./, (letter) => (letter === 'A' ? 'B' : 'A'))}`,
      'x'.repeat(100_000),
    ];
    expect(await Promise.all(changed.map((given) => pages.verify(given, ISLAND)))).toEqual(
      changed.map(() => undefined),
    );
  });

  it('survives a new secret in front of the old one', async () => {
    const token = await pages.sign(ACME, ISLAND);
    expect(await new IslandPages(new Secrets([NEW, OLD])).verify(token, ISLAND)).toEqual(ACME);
  });
});
