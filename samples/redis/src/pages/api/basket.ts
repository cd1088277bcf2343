import type { APIRoute } from 'astro';
import { goods } from '../../lib/market';

export const POST: APIRoute = async ({ locals, redirect, request }) => {
  const form = await request.formData();
  const product = goods.find(({ id }) => id === form.get('product'));
  if (!product) return redirect('/', 303);
  // A function, because another process may add something at the same moment: it is then asked again.
  locals.session.set('basket', (basket = {}) => ({ ...basket, [product.id]: (basket[product.id] ?? 0) + 1 }));
  locals.session.flash('notice', `${product.name} is in your basket`);
  return redirect('/', 303);
};
