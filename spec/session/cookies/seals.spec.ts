import { describe, expect, it } from '@jest/globals';
import { sealData } from 'iron-session';
import { Seals } from '../../../lib/session/cookies/seals.js';
import { passwords, Secrets } from '../../../lib/session/cookies/secrets.js';

const [OLD, NEW] = ['k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa', 'Zq3Xw8Ve1Bn6My4Ku9Jt2Hr7Gf5Ds0Ac'];
const seals = new Seals(new Secrets([OLD]), 'one');
const CONTENT = { name: 'ada lovelace', list: [1, null] };

describe('Seals', () => {
  it('open what they have sealed, and reveal nothing of it', async () => {
    const seal = await seals.seal(CONTENT);
    expect(await seals.open(seal)).toEqual(CONTENT);
    expect(Buffer.from(seal, 'base64url').toString('latin1') + seal).not.toContain('ada lovelace');
    expect(await seals.seal(CONTENT)).not.toBe(seal);
  });

  it('open nothing that was sealed for another purpose, or with a secret that is gone', async () => {
    const seal = await seals.seal(CONTENT);
    expect(await new Seals(new Secrets([OLD]), 'other').open(seal)).toBeUndefined();
    expect(await new Seals(new Secrets([NEW]), 'one').open(seal)).toBeUndefined();
    expect(await new Seals(new Secrets([NEW, OLD]), 'one').open(seal)).toEqual(CONTENT);
    expect(await seals.open(await new Seals(new Secrets([NEW, OLD]), 'one').seal(CONTENT))).toBeUndefined();
  });

  it('open nothing that was changed, continued or made up', async () => {
    const seal = await seals.seal(CONTENT);
    const changed = Array.from({ length: 20 }, (_, part) => {
      const at = Math.floor((seal.length * part) / 20);
      return seal.slice(0, at) + (seal[at] === 'A' ? 'B' : 'A') + seal.slice(at + 1);
    });
    for (const other of [...changed, `${seal}~2`, `${seal} `, '', 'Fe26.2*', '~2']) {
      expect(await seals.open(other)).toBeUndefined();
    }
  });

  it('leave the lifetime to their content', async () => {
    const keys = await new Secrets([OLD]).keysFor('one');
    const eternal = await sealData(CONTENT, { password: passwords(keys), ttl: 0 });
    expect(await seals.open(eternal)).toEqual(CONTENT);
  });
});
