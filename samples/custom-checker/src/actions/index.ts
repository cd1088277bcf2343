import { ActionError, defineAction } from 'astro:actions';
import { z } from 'astro/zod';
import { authorize } from 'astro-gatehouse/server';
import { Tenant } from '../tenant';

export const server = {
  notes: {
    /** Found through the tenant, never by the id alone, and then checked by the policy. */
    remove: defineAction({
      accept: 'form',
      input: z.object({ id: z.string() }),
      handler: async ({ id }, context) => {
        const tenant = context.locals.services.get(Tenant);
        const note = tenant.note(id);
        if (!note) throw new ActionError({ code: 'NOT_FOUND', message: 'No such note' });
        await authorize('note:remove', note, context);
        tenant.remove(note);
        return note.text;
      },
    }),
  },
};
