import { defineAction } from 'astro:actions';
import { noted } from '../noted';

const ran = (name: string) => defineAction({ accept: 'form', handler: () => void noted.push(name) });

export const server = {
  newsletter: ran('newsletter'),
  like: ran('like'),
  vote: ran('vote'),
  admin: { remove: ran('admin.remove'), users: { ban: ran('admin.users.ban') } },
};
