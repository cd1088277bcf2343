import { describe, expect, it } from '@jest/globals';
import { openResult, sealResult } from '../../../lib/access/forms/kept-form.js';
import { Secrets } from '../../../lib/session/cookies/secrets.js';
import { SECRET } from '../../support/secret.js';

const FORM = { name: 'makeKey', input: [['label', 'home']] as const, result: { type: 'data', body: '["sk-secret"]' } };
const SECRETS = new Secrets([SECRET]);

describe('The sealed result of an action', () => {
  it('can be read only with the secret', async () => {
    const sealed = await sealResult(FORM, SECRETS);
    expect(JSON.stringify(sealed)).not.toContain('sk-secret');
    expect(sealed).toMatchObject({ name: 'makeKey', input: [['label', 'home']] });
    expect(await openResult(sealed, SECRETS)).toEqual(FORM);
    expect(await openResult(sealed, new Secrets(['another-'.repeat(5), SECRET]))).toEqual(FORM);
    const { result: _, ...rest } = FORM;
    expect(await openResult(sealed, new Secrets(['another-'.repeat(5)]))).toEqual(rest);
    expect(await openResult({ ...sealed, sealed: 'forged' }, SECRETS)).toEqual(rest);
  });

  it('is not created where the form has no result', async () => {
    const form = { input: [] };
    expect(await sealResult(form, SECRETS)).toBe(form);
    expect(await openResult(form, SECRETS)).toEqual(form);
  });
});
