/** Requests that wait, by name: whoever releases one may come first. */
const gates = new Map<
  string,
  { open: () => void; opened: Promise<void>; arrived: () => void; arrival: Promise<void> }
>();

function gateOf(name: string) {
  const known = gates.get(name);
  if (known) return known;
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const { promise: arrival, resolve: arrived } = Promise.withResolvers<void>();
  const gate = { open, opened, arrived, arrival };
  gates.set(name, gate);
  return gate;
}

/** Waits until a request of this name is released. */
export async function hold(name: string): Promise<void> {
  const gate = gateOf(name);
  gate.arrived();
  await gate.opened;
}

/** Waits until a request of this name waits. */
export const arrivalOf = (name: string): Promise<void> => gateOf(name).arrival;

export const release = (name: string): void => gateOf(name).open();
