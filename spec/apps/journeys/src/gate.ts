const waiting: (() => void)[] = [];

/** Waits until the gate is opened, for a page with `?gated` in its address, and otherwise for a moment. */
export function pause({ searchParams }: URL): Promise<void> {
  return new Promise((wake) => {
    if (searchParams.has('gated')) waiting.push(wake);
    else setTimeout(wake, 50);
  });
}

/** Opens the gate to all that wait there. */
export function open(): void {
  for (const wake of waiting.splice(0)) wake();
}

export const countWaiting = () => waiting.length;
