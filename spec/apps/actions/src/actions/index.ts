import { defineAction } from 'astro:actions';

const ran = (name: string) => defineAction({ accept: 'form', handler: () => console.log(`RAN ${name}`) });

export const server = {
  newsletter: ran('newsletter'),
  like: ran('like'),
  vote: ran('vote'),
  admin: { remove: ran('admin.remove'), users: { ban: ran('admin.users.ban') } },
};
