import type { Requirement } from '../access/access-rule.js';
import { HelperCall, type WithLocals } from './helper-call.js';
import { decide } from './helpers.js';
import { checkRequirement } from './options.js';

const CALL = new HelperCall<[requirement?: Requirement]>('can(requirement?, context?)');

/**
 * Whether the visitor meets a requirement, as a rule would find: for what a page shows, anywhere in it. Without a
 * requirement it asks for any signed-in visitor. A check that throws refuses, and is reported; a guest is simply refused.
 * A prerendered page sees a guest.
 *
 * @throws {InvalidOptionsError} For what is no requirement, whoever asks.
 * @example const mayPublish = await can({ permission: 'posts:publish' });
 */
export function can(requirement?: Requirement, context?: WithLocals): Promise<boolean>;
export function can(context: WithLocals): Promise<boolean>;
export async function can(...given: unknown[]): Promise<boolean> {
  const {
    request,
    others: [requirement = {}],
  } = CALL.find(given);
  const asked = checkRequirement(requirement, 'can');
  if (!request) return false;
  request.draft.isUsed = true;
  const { isGranted } = await decide(request, asked, request.identity.resolve(), 'can()');
  return isGranted;
}
