/** Where a provider sends its visitors when they did not agree. */
export const POST = (context) => {
  context.locals.session.flash('notice', 'Not agreed');
  return context.redirect('/who', 303);
};
