import { defineAction } from 'astro:actions';

export const ran: string[] = [];

const keep = (name: string) => defineAction({ handler: () => ran.push(name) });

export const server = {
  deleteUser: keep('deleteUser'),
  ping: keep('ping'),
  admin: { wipe: keep('admin.wipe') },
};
