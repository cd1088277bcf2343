import type { Server } from './app.js';

/** An application's page that tells what was noted since it was asked for the last time. */
export const WITNESS = {
  'src/pages/witness.ts': 'export const GET = () => Response.json((globalThis.noted ?? []).splice(0));',
};

/** Source, for an application that has the {@link WITNESS}, that notes something. @param text An expression. */
export const note = (text: string) => `(globalThis.noted ??= []).push(${text})`;

/** What was noted since the last time. Unlike what a server prints, it is there as soon as a request is answered. */
export async function witnessed({ origin }: Pick<Server, 'origin'>): Promise<string[]> {
  const answer = await fetch(`${origin}/witness`);
  if (!answer.ok) throw new Error(`The witness cannot be asked: ${answer.status}`);
  return (await answer.json()) as string[];
}
