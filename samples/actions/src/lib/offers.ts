interface Offer {
  id: number;
  by: string;
  plant: string;
  note: string;
}

let count = 1;
const offers: Offer[] = [{ id: 1, by: 'Grace', plant: 'Black radish', note: 'Sow in August, eat at Christmas.' }];

export const allOffers = (): readonly Offer[] => offers;

export function addOffer(by: string, plant: string, note: string): void {
  count += 1;
  offers.unshift({ id: count, by, plant, note });
}

export function withdraw(id: number, by: string): boolean {
  const at = offers.findIndex((offer) => offer.id === id && offer.by === by);
  if (at >= 0) offers.splice(at, 1);
  return at >= 0;
}
