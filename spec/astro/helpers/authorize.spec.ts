import { describe, expect, it } from '@jest/globals';
import { Policy } from '../../../lib/access/policies/policy.js';
import type { Visitor } from '../../../lib/access/visitor.js';
import { authorize, can } from '../../../lib/astro/helpers/authorize.js';
import { AccessDeniedError, InvalidOptionsError, UnknownAbilityError } from '../../../lib/errors/index.js';
import { SecurityEvents } from '../../../lib/session/security-events.js';
import { fakeScope } from '../../../lib/testing/index.js';
import { RememberingEvents } from '../../support/remembering-events.js';

interface Note {
  readonly by: string;
}

class NotePolicy extends Policy<Note> {
  edit(visitor: Visitor, note: Note) {
    return note.by === visitor.id || this.deny('Not yours', { status: 404 });
  }
  create() {
    return true;
  }
  label(_: Visitor, label: string) {
    return label === 'a:b';
  }
}

const NOTE: Note = { by: 'ada' };
const events = new RememberingEvents();

function contextOf(userId?: string) {
  const { locals } = fakeScope({
    user: userId === undefined ? undefined : { userId },
    policies: { note: NotePolicy },
    services: (services) => services.override(SecurityEvents, () => events),
  });
  return { locals };
}

describe('can(), with an ability', () => {
  it('asks the policy about the record', async () => {
    expect(await can('note:edit', NOTE, contextOf('ada'))).toBe(true);
    expect(await can('note:edit', NOTE, contextOf('max'))).toBe(false);
    expect(await can('note:edit', NOTE, contextOf())).toBe(false);
    expect(await can('note:create', contextOf('max'))).toBe(true);
  });

  it('takes a record that is a string for the record', async () => {
    expect(await can('note:label', 'a:b', contextOf('ada'))).toBe(true);
    expect(await can('note:label', 'note:edit', contextOf('ada'))).toBe(false);
  });

  it('throws for an ability that no policy has, and for a string that is none', async () => {
    await expect(can('note:edt', NOTE, contextOf())).rejects.toThrow(UnknownAbilityError);
    const loose = can as (...given: unknown[]) => Promise<boolean>;
    await expect(loose('admin', contextOf('ada'))).rejects.toThrow(InvalidOptionsError);
  });

  it('is false outside of a request', async () => {
    expect(await can('note:edit', NOTE)).toBe(false);
  });
});

describe('authorize(), with an ability', () => {
  it('lets through whom the policy allows', async () => {
    await expect(authorize('note:edit', NOTE, contextOf('ada'))).resolves.toBeUndefined();
    await expect(authorize('note:create', contextOf('ada'))).resolves.toBeUndefined();
  });

  it('refuses with the status and the message of the policy, and emits what was refused', async () => {
    const error: unknown = await authorize('note:edit', NOTE, contextOf('max')).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(AccessDeniedError);
    expect(error).toMatchObject({ status: 404, reason: 'Not yours', ability: 'note:edit', denial: 'NOT_ALLOWED' });
    expect(events.all.at(-1)).toMatchObject({ name: 'access.denied', ability: 'note:edit', userId: 'max' });
  });

  it('asks guests to sign in', async () => {
    await expect(authorize('note:edit', NOTE, contextOf())).rejects.toMatchObject({
      status: 401,
      denial: 'NOT_SIGNED_IN',
    });
  });
});
