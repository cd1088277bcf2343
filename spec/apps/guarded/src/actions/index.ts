import { defineAction } from 'astro:actions';

declare global {
  var actionsRun: string[] | undefined;
}

// A development server may load this module again, when the rules have changed.
globalThis.actionsRun ??= [];
export const ran = globalThis.actionsRun;

const keep = (name: string) => defineAction({ handler: () => ran.push(name) });

export const server = {
  deleteUser: keep('deleteUser'),
  ping: keep('ping'),
  admin: { wipe: keep('admin.wipe') },
};
