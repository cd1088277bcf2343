import { ActionError, defineAction } from 'astro:actions';
import { z } from 'astro/zod';
import { signIn, signOut } from 'astro-gatehouse/server';
import { addMember, findMember } from '../lib/members';
import { addOffer, withdraw } from '../lib/offers';

export const server = {
  join: defineAction({
    accept: 'form',
    input: z.object({
      name: z.string({ error: 'What shall we call you?' }).trim().min(2, 'Two letters at the least'),
      email: z.email('This is not an address'),
      password: z.string({ error: 'Choose a password' }).min(8, 'Eight characters at the least'),
    }),
    handler: async ({ name, email, password }, context) => {
      const member = addMember(name, email, password);
      if (!member) throw new ActionError({ code: 'CONFLICT', message: 'Somebody has joined with this address' });
      await signIn({ userId: member.id, name }, context);
      context.locals.session.flash('success', `Welcome, ${name}`);
    },
  }),

  signIn: defineAction({
    accept: 'form',
    input: z.object({ email: z.email('This is not an address'), password: z.string({ error: 'Your password?' }) }),
    handler: async ({ email, password }, context) => {
      const member = findMember(email, password);
      if (!member) throw new ActionError({ code: 'UNAUTHORIZED', message: 'Wrong address or password' });
      await signIn({ userId: member.id, name: member.name }, context);
    },
  }),

  signOut: defineAction({
    accept: 'form',
    handler: async (_, context) => {
      await signOut(context);
      context.locals.session.flash('notice', 'You are signed out');
    },
  }),

  offers: {
    add: defineAction({
      accept: 'form',
      input: z.object({
        plant: z.string({ error: 'What is it?' }).min(3, 'Three letters at the least'),
        note: z.string().max(2000, 'Two thousand characters at the most').nullable(),
      }),
      handler: async ({ plant, note }, { locals }) => {
        addOffer(locals.session.get('name') ?? 'Somebody', plant, note ?? '');
        return { plant };
      },
    }),

    withdraw: defineAction({
      accept: 'form',
      input: z.object({ id: z.number() }),
      handler: async ({ id }, { locals }) => {
        const isGone = withdraw(id, locals.session.get('name') ?? '');
        locals.session.flash(isGone ? 'notice' : 'error', isGone ? 'It is withdrawn' : 'That is not yours to withdraw');
      },
    }),
  },
};
