import { describe, expect, it } from '@jest/globals';
import { type ReadOnlySession, readOnly } from '../../../lib/astro/outside/read-only-session.js';
import { ReadOnlySessionError } from '../../../lib/errors/index.js';
import { Session } from '../../../lib/session/session.js';
import { recordOf } from '../../support/records.js';

const record = recordOf({ values: { userId: 'ada', cart: 'tea' }, flashes: { notice: 'Saved' } });

describe('A session that can only be read', () => {
  it('shows its values, id and times as they were read last', () => {
    let session = new Session(record);
    const view = readOnly(() => session);
    expect([view.get('cart'), view.has('cart'), view.has('other')]).toEqual(['tea', true, false]);
    expect([view.id, view.isNew, view.all()]).toEqual([record.id, false, { userId: 'ada', cart: 'tea' }]);
    expect([view.expiresAt, view.createdAt]).toEqual([new Date(record.expiresAt), new Date(record.createdAt)]);
    session = new Session();
    expect([view.get('cart'), view.id, view.expiresAt]).toEqual([undefined, undefined, undefined]);
  });

  it('has no other member of a session that does not throw', () => {
    const view = readOnly(() => new Session(record)) as ReadOnlySession & Record<string, () => unknown>;
    const readable = ['constructor', 'get', 'has', 'all'];
    const properties = Object.entries(Object.getOwnPropertyDescriptors(Session.prototype));
    const methods = properties.filter(([name, { value }]) => typeof value === 'function' && !readable.includes(name));
    expect(methods.length).toBeGreaterThan(10);
    for (const [name] of methods) expect(() => view[name]?.()).toThrow(ReadOnlySessionError);
    for (const [name] of methods) expect(() => view[name]?.()).toThrow(`session.${name}() is not available`);
    expect(() => view.flashes).toThrow(ReadOnlySessionError);
  });

  it('cannot be changed itself', () => {
    const view = readOnly(() => new Session(record));
    expect(() => Object.assign(view, { get: () => 'other' })).toThrow(TypeError);
  });
});
