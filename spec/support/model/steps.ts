import fc, { type Arbitrary } from 'fast-check';

/**
 * One event: a browser sends or receives something, time passes, or a page does something. Request numbers are reused
 * after a request has ended.
 */
export type Step =
  | { readonly does: 'open'; readonly browser: number; readonly request: number }
  | { readonly does: 'copy'; readonly browser: number; readonly from: number }
  | { readonly does: 'wait'; readonly seconds: number }
  | { readonly does: 'answer'; readonly request: number }
  | PageStep;

/** One step of a page. */
export type PageStep =
  | { readonly does: 'regenerate' | 'destroy'; readonly request: number }
  | { readonly does: 'signIn'; readonly request: number; readonly user: string }
  | { readonly does: 'unset' | 'read'; readonly request: number; readonly key: string }
  | {
      readonly does: 'set' | 'append' | 'leave';
      readonly request: number;
      readonly key: string;
      readonly text: string;
    };

const BROWSERS = 2;
/** Maximum number of requests in progress. */
const REQUESTS = 3;
const MAX_STEPS = 100;

/** Returns random sequences in which requests begin and end in any order. */
export function sequences(): Arbitrary<Step[]> {
  const does = <Name extends string>(...names: [Name, ...Name[]]) => fc.constantFrom(...names);
  const browser = fc.nat(BROWSERS - 1);
  const request = fc.nat(REQUESTS - 1);
  const key = fc.constantFrom('a', 'b');
  const text = fc.constantFrom('x', 'y', 'z');
  const seconds = fc.constantFrom(1, 5, 9, 10, 20, 60, 3599);
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ does: does('open'), browser, request }) },
    { weight: 6, arbitrary: fc.record({ does: does('answer'), request }) },
    { weight: 6, arbitrary: fc.record({ does: does('set', 'append', 'leave'), request, key, text }) },
    { weight: 4, arbitrary: fc.record({ does: does('read', 'unset'), request, key }) },
    { weight: 2, arbitrary: fc.record({ does: does('regenerate'), request }) },
    { weight: 2, arbitrary: fc.record({ does: does('signIn'), request, user: fc.constantFrom('ada', 'bob') }) },
    { weight: 2, arbitrary: fc.record({ does: does('destroy'), request }) },
    { weight: 1, arbitrary: fc.record({ does: does('copy'), browser, from: browser }) },
    { weight: 2, arbitrary: fc.record({ does: does('wait'), seconds }) },
  );
  return fc.array(step, { maxLength: MAX_STEPS, size: 'max' });
}
