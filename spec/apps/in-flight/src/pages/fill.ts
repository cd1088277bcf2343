export const POST = (context) => {
  context.locals.session.set('cart', (cart = 0) => cart + 1);
  return context.redirect('/who', 303);
};
