import { describe, expect, it } from '@jest/globals';
import { DecisionLog } from '../../../lib/access/guard/decision-log.js';
import { Policy } from '../../../lib/access/policies/policy.js';
import type { Visitor } from '../../../lib/access/visitor.js';
import { Abilities } from '../../../lib/container/policies/abilities.js';
import { UnknownAbilityError } from '../../../lib/errors/index.js';
import { injectable } from '../../../lib/injectable.js';
import { Session } from '../../../lib/session/session.js';
import { fakeScope } from '../../../lib/testing/index.js';
import { RememberingLog } from '../../support/guards.js';

interface Invoice {
  readonly author: string;
  readonly isSent?: boolean;
}

@injectable()
class InvoicePolicy extends Policy<Invoice> {
  override readonly allowGuests = ['view', 'shrug'];
  readonly calls: string[] = [];

  constructor(private readonly session: Session) {
    super();
  }

  override before(visitor: Visitor, ability: string) {
    this.calls.push(`before ${ability}`);
    if (visitor.hasRole('owner')) return true;
    if (visitor.hasRole('banned')) return this.deny('Your account is closed', { status: 423 });
    return visitor.hasRole('odd') ? (null as unknown as undefined) : undefined;
  }

  override async after(visitor: Visitor, ability: string, _: Invoice, isAllowed: boolean) {
    this.calls.push(`after ${ability}: ${isAllowed}`);
    if (visitor.hasRole('auditor')) return ability === 'view';
    return visitor.hasRole('suspended') && isAllowed ? this.deny('You are suspended') : undefined;
  }

  async edit(visitor: Visitor, invoice: Invoice) {
    if (invoice.isSent) return this.deny('Only drafts can be changed', { status: 409 });
    return invoice.author === visitor.id;
  }

  view(_: Visitor, invoice: Invoice) {
    return !invoice.isSent;
  }

  company(visitor: Visitor, company: string) {
    return !visitor.isGuest && this.session.get('company') === company;
  }

  shrug() {
    return 1 as unknown as boolean;
  }

  forget() {
    return undefined as unknown as boolean;
  }

  break(): boolean {
    throw new Error('broken');
  }

  async reject(): Promise<boolean> {
    throw new Error('broken');
  }
}

const DRAFT: Invoice = { author: 'ada' };
const SENT: Invoice = { author: 'ada', isSent: true };

function scopeOf(user?: { userId: string; role?: string }, values = {}) {
  const log = new RememberingLog();
  const scope = fakeScope({
    user,
    values,
    policies: { invoice: InvoicePolicy },
    services: (services) => services.override(DecisionLog, () => log),
  });
  const decide = (ability: string, record?: unknown) => scope.get(Abilities).decide(scope.visitor, ability, record);
  return { scope, log, decide, policy: () => scope.get(InvoicePolicy) };
}

describe('An ability', () => {
  it('is granted by true, and by nothing else', async () => {
    const { decide, log } = scopeOf({ userId: 'ada' });
    expect(await decide('invoice:edit', DRAFT)).toMatchObject({
      isGranted: true,
      code: 'GRANTED',
      ability: 'invoice:edit',
    });
    expect(log.failures).toEqual([]);
    for (const ability of ['invoice:shrug', 'invoice:forget']) {
      expect(await decide(ability)).toMatchObject({ isGranted: false, code: 'NOT_ALLOWED', ability });
    }
    expect(log.failures.map(({ line }) => line)).toEqual([
      expect.stringContaining('The policy on invoice:shrug gave something of type number'),
      expect.stringContaining('The policy on invoice:forget gave undefined'),
    ]);
  });

  it('is refused, and logged, for the promise of a record, which has none of its properties', async () => {
    const { decide, log, policy } = scopeOf({ userId: 'ada' });
    const refused = { isGranted: false, code: 'CHECK_FAILED', ability: 'invoice:view' };
    expect(await decide('invoice:view', Promise.resolve(SENT))).toMatchObject(refused);
    expect(await decide('invoice:view', Promise.reject(new Error('no database')))).toMatchObject(refused);
    expect(policy().calls).toEqual([]);
    const line = 'The policy on invoice:view was asked about a promise, so the visitor was refused: await the record.';
    expect(log.failures.map((failure) => failure.line)).toEqual([line, line]);
  });

  it('is refused with the message and the status of the policy', async () => {
    const { decide } = scopeOf({ userId: 'ada' });
    expect(await decide('invoice:edit', SENT)).toMatchObject({ reason: 'Only drafts can be changed', status: 409 });
    const other = await decide('invoice:edit', { author: 'max' });
    expect(other).toMatchObject({ code: 'NOT_ALLOWED', reason: 'the policy refused', status: undefined });
  });

  it.each(['break', 'reject'])('is refused, and the error logged, when the policy throws: %s', async (method) => {
    const { decide, log } = scopeOf({ userId: 'ada' });
    expect(await decide(`invoice:${method}`)).toMatchObject({ isGranted: false, code: 'CHECK_FAILED' });
    expect(log.failures).toEqual([
      { line: expect.stringContaining(`invoice:${method} threw`), error: new Error('broken') },
    ]);
  });

  it('is refused when it is asked about a record that was not found', async () => {
    const { decide, log } = scopeOf({ userId: 'ada' });
    expect(await decide('invoice:edit', undefined)).toMatchObject({ isGranted: false, code: 'CHECK_FAILED' });
    expect(log.failures).toHaveLength(1);
  });

  it('that does not exist throws, for everybody', async () => {
    await expect(scopeOf({ userId: 'ada', role: 'owner' }).decide('invoice:edti')).rejects.toThrow(UnknownAbilityError);
    await expect(scopeOf().decide('invoice:edti')).rejects.toThrow(UnknownAbilityError);
  });

  it('is asked about guests only where the policy allows it', async () => {
    const { decide, policy } = scopeOf();
    expect(await decide('invoice:edit', DRAFT)).toMatchObject({ isGranted: false, code: 'NOT_SIGNED_IN' });
    expect(policy().calls).toEqual([]);
    expect(await decide('invoice:view', DRAFT)).toMatchObject({ isGranted: true });
    expect(policy().calls).toEqual(['before view', 'after view: true']);
  });

  it('is not asked when before() decides, and after() has the last word', async () => {
    const owner = scopeOf({ userId: 'eve', role: 'owner' });
    expect(await owner.decide('invoice:break')).toMatchObject({ isGranted: true });
    expect(owner.policy().calls).toEqual(['before break', 'after break: true']);
    const banned = scopeOf({ userId: 'ada', role: 'banned' });
    expect(await banned.decide('invoice:edit', DRAFT)).toMatchObject({ reason: 'Your account is closed', status: 423 });
    const auditor = scopeOf({ userId: 'ada', role: 'auditor' });
    expect(await auditor.decide('invoice:edit', DRAFT)).toMatchObject({ isGranted: false });
    expect(await auditor.decide('invoice:view', SENT)).toMatchObject({ isGranted: true });
    const suspended = scopeOf({ userId: 'ada', role: 'suspended' });
    expect(await suspended.decide('invoice:edit', DRAFT)).toMatchObject({ reason: 'You are suspended' });
  });

  it('is refused when before() gives something that is no answer', async () => {
    const { decide, log } = scopeOf({ userId: 'ada', role: 'odd' });
    expect(await decide('invoice:edit', DRAFT)).toMatchObject({ isGranted: false });
    expect(log.failures).toHaveLength(1);
  });

  it('is asked of one policy for each request, with the services of that request', async () => {
    const acorn = scopeOf({ userId: 'ada' }, { company: 'Acorn' });
    const birch = scopeOf({ userId: 'max' }, { company: 'Birch' });
    expect(await acorn.decide('invoice:company', 'Acorn')).toMatchObject({ isGranted: true });
    expect(await birch.decide('invoice:company', 'Acorn')).toMatchObject({ isGranted: false });
    expect(acorn.policy()).toBe(acorn.policy());
    expect(acorn.policy()).not.toBe(birch.policy());
  });

  it('can be asked by code that has the visitor', async () => {
    const { scope } = scopeOf({ userId: 'ada' });
    const abilities = scope.get(Abilities);
    expect(await abilities.allows(scope.visitor, 'invoice:edit', DRAFT)).toBe(true);
    expect(await abilities.allows(scope.visitor, 'invoice:edit', SENT)).toBe(false);
    expect(await abilities.check(scope.visitor, 'invoice:edit', SENT)).toMatchObject({ status: 409 });
  });
});
