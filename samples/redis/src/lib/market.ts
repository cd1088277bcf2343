import type { Session } from 'astro-gatehouse/server';

export const goods = [
  { id: 'bread', name: 'Rye bread', price: 4.5 },
  { id: 'cheese', name: 'Goat’s cheese', price: 6.2 },
  { id: 'honey', name: 'Heather honey', price: 8.9 },
];

/** What is in somebody's basket. */
export function linesOf(session: Session) {
  const basket = session.get('basket') ?? {};
  return goods
    .map(({ id, name, price }) => ({ name, count: basket[id] ?? 0, sum: price * (basket[id] ?? 0) }))
    .filter(({ count }) => count > 0);
}

export const inEuros = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' });
