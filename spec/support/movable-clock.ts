import type { Server } from './app.js';

/** Source of a class for a setup module that imports `Clock`: a clock that is put forward by the page of {@link LATER}. */
export const MOVABLE_CLOCK = `
  class MovableClock extends Clock {
    now() { return super.now() + (globalThis.ahead ?? 0); }
  }`;

/** An application's page that puts its clock forward. */
export const LATER = {
  'src/pages/later.ts': `export const GET = ({ url }) => {
    globalThis.ahead = (globalThis.ahead ?? 0) + Number(url.searchParams.get('milliseconds'));
    return new Response('later');
  };`,
};

/** Has time go by in an application with a movable clock. A stranger asks for it, so that no session is used by that. */
export async function pass(milliseconds: number, { origin }: Pick<Server, 'origin'>): Promise<void> {
  const answer = await fetch(`${origin}/later?milliseconds=${milliseconds}`);
  if ((await answer.text()) !== 'later') throw new Error(`The clock does not move: ${answer.status}`);
}
