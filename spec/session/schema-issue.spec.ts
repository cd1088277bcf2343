import { describe, expect, it } from '@jest/globals';
import { type } from 'arktype';
import * as v from 'valibot';
import * as z from 'zod';
import { explainIssue } from '../../lib/session/session-schema.js';

const SECRET = 'a value of the visitor';

describe('explainIssue()', () => {
  it.each([
    ['zod', z.object({ visits: z.number() })],
    ['valibot', v.object({ visits: v.number() })],
    ['arktype', type({ visits: 'number' })],
  ])('returns the key and the expected type, but never the value, with %s', async (_, schema) => {
    const { issues = [] } = await schema['~standard'].validate({ visits: SECRET });
    const [key, issue] = explainIssue(issues);
    expect(key).toBe('"visits"');
    expect(issue).toMatch(/^expected (?:a )?number$/);
  });

  it('returns the kind of issue when the library does not say what it expected', async () => {
    const schema = z.object({ theme: z.string().refine(() => false, { error: ({ input }) => `not ${input}` }) });
    const { issues = [] } = await schema['~standard'].validate({ theme: SECRET });
    expect(explainIssue(issues)).toEqual(['"theme"', 'refused by its schema (custom)']);
  });

  it('refers to the whole session when no key is named', () => {
    expect(explainIssue([{ message: SECRET }])).toEqual([
      'the session as a whole',
      'refused by its schema (no other reason given)',
    ]);
    expect(explainIssue([])[0]).toBe('the session as a whole');
  });

  it('returns only the first key of a longer path', () => {
    expect(explainIssue([{ message: '', path: [{ key: 'seen' }, SECRET] }])[0]).toBe('"seen"');
  });
});
