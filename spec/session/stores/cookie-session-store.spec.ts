import { describe, expect, it } from '@jest/globals';
import { sealData } from 'iron-session';
import { SessionTooLargeError } from '../../../lib/errors/index.js';
import { type SecretKey, Secrets } from '../../../lib/session/cookies/secrets.js';
import { messagesIn } from '../../../lib/session/record/flash-lists.js';
import { serializeRecord } from '../../../lib/session/record/record-text.js';
import type { SessionRecord } from '../../../lib/session/record/session-record.js';
import { SessionConfig } from '../../../lib/session/session-config.js';
import { CookieSessionStore, OpenedSeals } from '../../../lib/session/stores/cookie-session-store.js';
import { describeSessionStore } from '../../../lib/testing/describe-session-store.js';
import { changesOf, recordOf } from '../../support/records.js';

const OLD = 'k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa';
const NEW = 'Wn5Rt8Uq1Zx4Ce7Bv0Lm3Ks6Jh9Gf2Dp';
const PURPOSE = 'session:gatehouse';

/** Counts how often keys are requested, which happens once per sealing and once per opening. */
class CountedSecrets extends Secrets {
  count = 0;

  override keysFor(purpose: string): Promise<readonly SecretKey[]> {
    this.count += 1;
    return super.keysFor(purpose);
  }
}

function configFor(name: string): SessionConfig {
  return SessionConfig.from({ cookie: { name } }, { isProduction: false });
}

function storeWith(secrets: string | readonly string[] | Secrets, name = 'gatehouse'): CookieSessionStore {
  const given =
    secrets instanceof Secrets ? secrets : Secrets.from(secrets, { source: 'the spec', isProduction: true });
  return new CookieSessionStore(given, configFor(name));
}

/** The contents of a record in the form in which they are sealed. */
function contentsOf(record: SessionRecord): object {
  return { id: record.id, record: JSON.parse(serializeRecord(record)) };
}

function valuesOf(record: SessionRecord | undefined): Record<string, unknown> | undefined {
  return record && Object.fromEntries(record.values);
}

async function sealed(store: CookieSessionStore, set: Record<string, unknown> = { cart: 1 }): Promise<string> {
  return (await store.write(changesOf({ set }))) ?? '';
}

async function tooLarge(store: CookieSessionStore, set: Record<string, unknown>): Promise<SessionTooLargeError> {
  const refusal: unknown = await store.write(changesOf({ set })).catch((error: unknown) => error);
  if (refusal instanceof SessionTooLargeError) return refusal;
  throw new Error(`The session was not too large: ${String(refusal)}`);
}

describeSessionStore('Sessions in a cookie', ({ config }) => new CookieSessionStore(secrets(), config), {
  endsSessions: false,
});

function secrets(): Secrets {
  return Secrets.from(OLD, { source: 'the spec', isProduction: true });
}

describe('A sealed session', () => {
  it('does not reveal its contents', async () => {
    const token = await sealed(storeWith(OLD), { userId: 'ada-lovelace' });
    const readable = token.split(/[*~]/).map((part) => Buffer.from(part, 'base64url').toString());
    expect(readable.join('')).not.toContain('lovelace');
    expect(token).not.toContain('lovelace');
  });

  it('contains only characters that a cookie may contain', async () => {
    const token = await sealed(storeWith(OLD), { text: 'ä; ,"\\\r\n' });
    expect(token).toMatch(/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/);
  });

  it('differs every time the same changes are sealed', async () => {
    const changes = changesOf({ set: { cart: 1 } });
    expect(await storeWith(OLD).write(changes)).not.toBe(await storeWith(OLD).write(changes));
  });

  it('opens in another process that has the same secret', async () => {
    const token = await sealed(storeWith(OLD));
    expect(valuesOf(await storeWith(OLD).read(token))).toEqual({ cart: 1 });
  });

  it.each(['~', '~2', '~x~2', '.0', ' '])('does not open with something added: %j', async (added) => {
    const store = storeWith(OLD);
    const token = await sealed(store);
    expect(await store.read(token + added)).toBeUndefined();
    expect(await store.read(token.replace(/~/, `${added}~`))).toBeUndefined();
  });

  it('does not open with another secret', async () => {
    const token = await sealed(storeWith(OLD));
    expect(await storeWith(NEW).read(token)).toBeUndefined();
  });

  it('does not open under another cookie’s name', async () => {
    const token = await sealed(storeWith(OLD, 'gatehouse'));
    expect(await storeWith(OLD, 'other').read(token)).toBeUndefined();
  });

  it('is not accepted when other code sealed it with the same secret', async () => {
    const contents = contentsOf(recordOf({ values: { role: 'admin' } }));
    const [key] = await secrets().keysFor(PURPOSE);
    const sealed = await Promise.all([
      sealData(contents, { password: OLD }),
      sealData(contents, { password: { [key?.id ?? '']: OLD } }),
      sealData(contents, { password: { [key?.id ?? '']: NEW } }),
    ]);
    const store = storeWith(OLD);
    const found = await Promise.all(sealed.map((token) => store.read(token)));
    expect(found).toEqual([undefined, undefined, undefined]);
  });

  it('is not accepted when it was sealed for another purpose', async () => {
    const [here] = await secrets().keysFor(PURPOSE);
    const [elsewhere] = await secrets().keysFor('csrf:gatehouse');
    const contents = contentsOf(recordOf({ values: { role: 'admin' } }));
    const seal = (id?: string, value?: string) => sealData(contents, { password: { [id ?? '']: value ?? '' } });
    const store = storeWith(OLD);
    expect(valuesOf(await store.read(await seal(here?.id, here?.value)))).toEqual({ role: 'admin' });
    expect(await store.read(await seal(elsewhere?.id, elsewhere?.value))).toBeUndefined();
    expect(await store.read(await seal(here?.id, elsewhere?.value))).toBeUndefined();
  });

  it('is not accepted as plain or encoded JSON without a seal', async () => {
    const json = JSON.stringify(contentsOf(recordOf({ values: { role: 'admin' } })));
    const written = [json, encodeURIComponent(json), btoa(json), Buffer.from(json).toString('base64url')];
    const store = storeWith(OLD);
    const found = await Promise.all(written.map((token) => store.read(token)));
    expect(found).toEqual(written.map(() => undefined));
  });

  it('is not accepted when it contains something other than a session', async () => {
    const [key] = await secrets().keysFor(PURPOSE);
    const password = { [key?.id ?? '']: key?.value ?? '' };
    const others = [
      {},
      { id: 'x' },
      { ...contentsOf(recordOf()), id: undefined },
      { ...contentsOf(recordOf()), id: 1 },
      { id: 'x', record: null },
      { id: 'x', record: 'text' },
      { id: 'x', record: [1, 2] },
      { id: 'x', record: { id: 'x' } },
    ];
    const store = storeWith(OLD);
    const found = await Promise.all(others.map(async (other) => store.read(await sealData(other, { password }))));
    expect(found).toEqual(others.map(() => undefined));
  });
});

describe('A new secret', () => {
  it('in front of the old one leaves old sessions readable', async () => {
    const token = await sealed(storeWith(OLD));
    expect(valuesOf(await storeWith([NEW, OLD]).read(token))).toEqual({ cart: 1 });
  });

  it('in front of the old one seals all sessions from then on', async () => {
    const token = await sealed(storeWith([NEW, OLD]));
    expect(await storeWith(OLD).read(token)).toBeUndefined();
    expect(valuesOf(await storeWith([NEW, OLD]).read(token))).toEqual({ cart: 1 });
  });

  it('opens its own sessions after the old one is removed', async () => {
    const token = await sealed(storeWith([NEW, OLD]));
    expect(valuesOf(await storeWith(NEW).read(token))).toEqual({ cart: 1 });
  });

  it('ends the sessions of the old one once that is removed', async () => {
    const token = await sealed(storeWith([OLD]));
    expect(await storeWith(NEW).read(token)).toBeUndefined();
  });
});

describe('Opening a seal', () => {
  it('happens once for requests that send the same seal', async () => {
    const token = await sealed(storeWith(OLD));
    const counted = new CountedSecrets([OLD]);
    const store = storeWith(counted);
    const first = await store.read(token);
    const second = await store.read(token);
    expect(first).toEqual(second);
    expect(counted.count).toBe(1);
  });

  it('gives each request a copy of values that can be changed', async () => {
    const store = storeWith(OLD);
    const token = await sealed(store, { challenge: new Uint8Array([1, 2]) });
    const message = (await store.write(changesOf({ flashesAdded: { notice: [new Uint8Array([1, 2])] } }))) ?? '';
    const bytesIn = (record: SessionRecord | undefined) =>
      (record?.values.get('challenge') ??
        messagesIn(record?.flashes.get('notice')).flatMap(({ value }) => value)[0]) as Uint8Array;
    for (const each of [token, message]) {
      bytesIn(await store.read(each)).fill(9);
      expect([...bytesIn(await store.read(each))]).toEqual([1, 2]);
    }
  });

  it('is not needed in the store that sealed it', async () => {
    const counted = new CountedSecrets([OLD]);
    const store = storeWith(counted);
    const token = await sealed(store);
    expect(valuesOf(await store.read(token))).toEqual({ cart: 1 });
    expect(counted.count).toBe(1);
  });

  it('is tried again for a seal that failed to open', async () => {
    const counted = new CountedSecrets([OLD]);
    const store = storeWith(counted);
    const token = await sealed(storeWith(NEW));
    await store.read(token);
    await store.read(token);
    expect(counted.count).toBe(2);
  });

  it('is not tried for a token longer than browsers accept', async () => {
    const counted = new CountedSecrets([OLD]);
    expect(await storeWith(counted).read('a'.repeat(4097))).toBeUndefined();
    expect(counted.count).toBe(0);
  });
});

describe('A session that does not fit in a cookie', () => {
  it('is rejected with its size and its largest keys', async () => {
    const set = { tiny: 1, large: 'x'.repeat(4000), medium: 'x'.repeat(300), small: 'x'.repeat(20) };
    const error = await tooLarge(storeWith(OLD), set);
    expect(error.size).toBeGreaterThan(4096);
    expect(error.limit).toBe(4096);
    expect(error.largestKeys).toHaveLength(3);
    expect(error.largestKeys.map((key) => key.split(' ')[0])).toEqual(['"large"', '"medium"', '"small"']);
    expect(error.message).toContain(`${error.size} bytes`);
    expect(error.message).toContain('"large" (about 40');
  });

  it('is rejected without revealing its values in the error', async () => {
    const error = await tooLarge(storeWith(OLD), { note: 'private '.repeat(600) });
    expect(error.message).not.toContain('private');
  });

  it('is measured with values that JSON does not support, such as a Map', async () => {
    const list = new Map(Array.from({ length: 500 }, (_, number) => [number, `entry ${number}`]));
    const error = await tooLarge(storeWith(OLD), { note: 'x'.repeat(100), list, count: 10n });
    expect(error.largestKeys.map((key) => key.split(' ')[0])).toEqual(['"list"', '"note"', '"count"']);
  });

  it('is measured with its flash messages', async () => {
    const changes = changesOf({ set: { cart: 1 }, flashesAdded: { notice: 'x'.repeat(4000) } });
    const refusal: unknown = await storeWith(OLD)
      .write(changes)
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(SessionTooLargeError);
    expect((refusal as SessionTooLargeError).largestKeys[0]).toMatch(/^flash "notice" \(about 40\d\d bytes\)$/);
  });

  it('leaves the previous session unchanged', async () => {
    const store = storeWith(OLD);
    const token = await sealed(store);
    const opened = await store.read(token);
    await expect(store.write(changesOf({ opened, set: { cart: 'x'.repeat(4000) } }))).rejects.toThrow(
      SessionTooLargeError,
    );
    expect(valuesOf(await store.read(token))).toEqual({ cart: 1 });
  });

  it('is measured by the name and the value of the cookie together', async () => {
    const sizes = await Promise.all([
      tooLarge(storeWith(OLD, 'sid'), { cart: 'x'.repeat(4000) }),
      tooLarge(storeWith(OLD, 'a-longer-name'), { cart: 'x'.repeat(4000) }),
    ]);
    expect(sizes[1].size - sizes[0].size).toBeGreaterThanOrEqual(10);
  });
});

const holding = (id: string) => ({
  record: { id, createdAt: 0, renewedAt: 0, expiresAt: 1, values: new Map(), flashes: new Map(), identity: [] },
  characters: id.length,
});

describe('A cache of opened seals', () => {
  it('returns the session of each seal', () => {
    const seals = new OpenedSeals();
    seals.add('first', holding('one'));
    seals.add('second', holding('two'));
    expect(seals.get('first')?.record.id).toBe('one');
    expect(seals.get('second')?.record.id).toBe('two');
    expect(seals.get('third')).toBeUndefined();
  });

  it('drops the least recently used seal when it is full', () => {
    const seals = new OpenedSeals(2);
    seals.add('first', holding('one'));
    seals.add('second', holding('two'));
    seals.get('first');
    seals.add('third', holding('three'));
    expect(seals.get('second')).toBeUndefined();
    expect(seals.get('first')?.record.id).toBe('one');
    expect(seals.get('third')?.record.id).toBe('three');
  });

  it('holds no more characters than its limit', () => {
    const seals = new OpenedSeals(100, 20);
    seals.add('aaaa', holding('123456'));
    seals.add('bbbb', holding('123456'));
    seals.add('cccc', holding('123456'));
    expect(seals.get('aaaa')).toBeUndefined();
    expect(seals.get('bbbb')?.record.id).toBe('123456');
    expect(seals.get('cccc')?.record.id).toBe('123456');
  });

  it('counts a seal that is added again only once', () => {
    const seals = new OpenedSeals(2, 20);
    seals.add('aaaa', holding('123456'));
    seals.add('bbbb', holding('123456'));
    seals.add('bbbb', holding('654321'));
    expect(seals.get('aaaa')?.record.id).toBe('123456');
    expect(seals.get('bbbb')?.record.id).toBe('654321');
  });

  it('does not keep a seal that alone exceeds the limit', () => {
    const seals = new OpenedSeals(100, 20);
    seals.add('aaaa', holding('x'.repeat(50)));
    expect(seals.get('aaaa')).toBeUndefined();
    seals.add('bbbb', holding('123456'));
    expect(seals.get('bbbb')?.record.id).toBe('123456');
  });

  it('has room again when a seal is deleted', () => {
    const seals = new OpenedSeals(100, 20);
    seals.add('aaaa', holding('123456'));
    seals.add('bbbb', holding('123456'));
    seals.delete('aaaa');
    seals.delete('unknown');
    seals.add('cccc', holding('123456'));
    expect(seals.get('aaaa')).toBeUndefined();
    expect(seals.get('bbbb')?.record.id).toBe('123456');
    expect(seals.get('cccc')?.record.id).toBe('123456');
  });
});
