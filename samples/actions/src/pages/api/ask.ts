import type { APIRoute } from 'astro';
import { z } from 'astro/zod';
import { flashErrors } from 'astro-gatehouse/server';

const Question = z.object({
  email: z.email('This is not an address'),
  question: z.string().endsWith('?', 'A question ends with a question mark'),
});

export const POST: APIRoute = async (context) => {
  const form = await context.request.formData();
  const asked = Question.safeParse(Object.fromEntries(form));
  if (asked.success) context.locals.session.flash('success', 'Somebody will know');
  else flashErrors(asked.error.issues, form, context);
  return context.redirect('/ask', 303);
};
