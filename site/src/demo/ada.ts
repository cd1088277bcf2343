/** The only user. She has no password, because she has nothing to hide. */
export const ADA = { userId: 'ada', name: 'Ada' };
