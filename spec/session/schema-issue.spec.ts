import { describe, expect, it } from '@jest/globals';
import { type } from 'arktype';
import * as v from 'valibot';
import * as z from 'zod';
import { explainIssue } from '../../lib/session/session-schema.js';

const SECRET = 'a value of the visitor';

describe('What is wrong with a session', () => {
  it.each([
    ['zod', z.object({ visits: z.number() })],
    ['valibot', v.object({ visits: v.number() })],
    ['arktype', type({ visits: 'number' })],
  ])('is told by key and expectation, and never by value, with %s', async (_, schema) => {
    const { issues = [] } = await schema['~standard'].validate({ visits: SECRET });
    const [key, issue] = explainIssue(issues);
    expect(key).toBe('"visits"');
    expect(issue).toMatch(/^expected (?:a )?number$/);
  });

  it('is told by the kind of issue where a library says nothing of what it expected', async () => {
    const schema = z.object({ theme: z.string().refine(() => false, { error: ({ input }) => `not ${input}` }) });
    const { issues = [] } = await schema['~standard'].validate({ theme: SECRET });
    expect(explainIssue(issues)).toEqual(['"theme"', 'refused by its schema (custom)']);
  });

  it('is about the whole where no key is named', () => {
    expect(explainIssue([{ message: SECRET }])).toEqual([
      'the session as a whole',
      'refused by its schema (no other reason given)',
    ]);
    expect(explainIssue([])[0]).toBe('the session as a whole');
  });

  it('names the session’s key alone where the path goes deeper', () => {
    expect(explainIssue([{ message: '', path: [{ key: 'seen' }, SECRET] }])[0]).toBe('"seen"');
  });
});
