import { describe, expect, it } from '@jest/globals';
import { type LinkExpectation, type LinkOptions, LinkTokens } from '../../../lib/access/sign-in/link-tokens.js';
import { UsedTokens } from '../../../lib/access/sign-in/used-tokens.js';
import { InvalidCallError } from '../../../lib/errors/index.js';
import { Secrets } from '../../../lib/session/cookies/secrets.js';
import { SessionConfig } from '../../../lib/session/session-config.js';
import { NoRevocationList } from '../../../lib/session/stores/revocation-list.js';
import { FrozenClock } from '../../support/frozen-clock.js';

const [OLD, NEW] = ['k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa', 'Zq3Xw8Ve1Bn6My4Ku9Jt2Hr7Gf5Ds0Ac'];
const config = SessionConfig.from({}, { isProduction: true });
const RESET = { purpose: 'reset-password', userId: 'ada' } as const;

function linksWith(secrets: readonly string[] = [OLD], clock = new FrozenClock()) {
  const used = new UsedTokens(new NoRevocationList(), config, clock);
  return { links: new LinkTokens(new Secrets(secrets), used, clock), clock };
}
const bound = (once: LinkExpectation['once']): LinkExpectation => ({ purpose: RESET.purpose, ...(once && { once }) });

describe('A link', () => {
  it('opens what it was created with, as often as it is looked at', async () => {
    const { links } = linksWith();
    const token = await links.create({ ...RESET, data: { email: 'ada@example.com' } });
    for (let count = 0; count < 2; count++) {
      expect(await links.open(token, bound(undefined))).toEqual({ userId: 'ada', data: { email: 'ada@example.com' } });
    }
  });

  it('has a token that programs recognize as part of an address, and that says nothing', async () => {
    // A short name is in one of a hundred tokens by chance.
    const userId = 'Ada of the specs';
    const token = await linksWith().links.create({ ...RESET, userId, once: 'a hash' });
    expect(token).toMatch(/^[\w-][\w.-]{200,600}[\w-]$/);
    expect(encodeURIComponent(token)).toBe(token);
    expect(Buffer.from(token, 'base64url').toString('latin1') + token).not.toMatch(/Ada of the specs|reset/);
  });

  it('opens nothing as soon as the value that it is bound to has changed', async () => {
    const { links } = linksWith();
    const token = await links.create({ ...RESET, once: 'hash 1' });
    expect(
      await links.open(
        token,
        bound(() => 'hash 1'),
      ),
    ).toMatchObject({ userId: 'ada' });
    expect(
      await links.use(
        token,
        bound(async ({ userId }) => (userId === 'ada' ? 'hash 2' : 'hash 1')),
      ),
    ).toBeUndefined();
    expect(
      await links.open(
        token,
        bound(() => undefined),
      ),
    ).toBeUndefined();
  });

  it.each([null, '', 'null', 0, '0', false, new Date(0), new Date(0).toISOString()])(
    'distinguishes %p from every other value',
    async (once) => {
      const { links } = linksWith();
      const token = await links.create({ ...RESET, once });
      for (const now of [null, '', 'null', 0, '0', false, new Date(0), new Date(0).toISOString()]) {
        const isSame = now === once || (now instanceof Date && once instanceof Date);
        expect(
          (await links.open(
            token,
            bound(() => now),
          )) !== undefined,
        ).toBe(isSame);
      }
    },
  );

  it('must be opened with the value that it is bound to, and only then', async () => {
    const { links } = linksWith();
    const token = await links.create({ ...RESET, once: 'hash' });
    await expect(links.open(token, bound(undefined))).rejects.toThrow(InvalidCallError);
    expect(
      await links.open(
        await links.create(RESET),
        bound(() => 'hash'),
      ),
    ).toBeUndefined();
  });

  it('is used once, by one of several concurrent requests, and then does not open either', async () => {
    const { links } = linksWith();
    const token = await links.create(RESET);
    const used = await Promise.all(Array.from({ length: 5 }, () => links.use(token, bound(undefined))));
    expect(used.filter(Boolean)).toHaveLength(1);
    expect(await links.open(token, bound(undefined))).toBeUndefined();
    expect(await links.use(await links.create(RESET), bound(undefined))).toBeDefined();
  });

  it('cannot be used again in another spelling', async () => {
    const { links } = linksWith();
    const token = await links.create(RESET);
    await links.use(token, bound(undefined));
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (const last of alphabet) expect(await links.use(token.slice(0, -1) + last, bound(undefined))).toBeUndefined();
  });

  it('is for one purpose', async () => {
    const { links } = linksWith();
    const token = await links.create(RESET);
    expect(await links.open(token, { purpose: 'confirm-email' })).toBeUndefined();
    const unnamed = {} as { purpose: string };
    for (const sent of [token, 'a.b']) expect(await links.use(sent, unnamed)).toBeUndefined();
  });

  it('lasts an hour, or as long as it says', async () => {
    const { links, clock } = linksWith();
    const [hour, minute] = [await links.create(RESET), await links.create({ ...RESET, expiresIn: 60 })];
    clock.advance(59);
    expect(await links.open(minute, bound(undefined))).toBeDefined();
    clock.advance(1);
    expect(await links.open(minute, bound(undefined))).toBeUndefined();
    clock.advance(3539);
    expect(await links.open(hour, bound(undefined))).toBeDefined();
    clock.advance(1);
    expect(await links.open(hour, bound(undefined))).toBeUndefined();
  });

  it('is opened after a change of the secret, and never without the one that sealed it', async () => {
    const token = await linksWith([OLD]).links.create(RESET);
    expect(await linksWith([NEW, OLD]).links.open(token, bound(undefined))).toBeDefined();
    expect(await linksWith([NEW]).links.open(token, bound(undefined))).toBeUndefined();
  });

  it.each([null, undefined, 7, '', '.', 'a.b', 'x'.repeat(10_000), {}])('is none in %p', async (token) => {
    expect(await linksWith().links.open(token, bound(undefined))).toBeUndefined();
  });

  it.each<[string, Record<string, unknown>]>([
    ['purpose', { purpose: '' }],
    ['userId', { userId: '' }],
    ['userId', { userId: undefined }],
    ['once', { once: undefined }],
    ['once', { once: {} }],
    ['once', { once: new Date(Number.NaN) }],
    ['expiresIn', { expiresIn: 59 }],
    ['expiresIn', { expiresIn: 31 * 24 * 3600 }],
    ['data', { data: new Map() }],
    ['data', { data: 'x'.repeat(1025) }],
  ])('is not created with a wrong %s: %p', async (option, wrong) => {
    const create = linksWith().links.create({ ...RESET, ...wrong } as LinkOptions);
    await expect(create).rejects.toThrow(option);
    await expect(create).rejects.toThrow(InvalidCallError);
  });
});
