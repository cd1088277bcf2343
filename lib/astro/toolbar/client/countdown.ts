import { h } from './dom.js';

const [DAY, HOUR, MINUTE] = [86_400, 3600, 60];

/** How long it is until then, in a form that ticks well: `6 d 23:59:58`. */
export function remaining(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  if (seconds === 0) return 'over';
  const [days, rest] = [Math.floor(seconds / DAY), seconds % DAY];
  const parts = [Math.floor(rest / HOUR), Math.floor((rest % HOUR) / MINUTE), rest % MINUTE];
  const clock = parts.map((part) => String(part).padStart(2, '0')).join(':');
  return days > 0 ? `${days} d ${clock}` : clock;
}

/** Times that tick, by the clock of the server. */
export class Countdowns {
  readonly #times = new Map<HTMLTimeElement, number>();
  #ahead = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param now What time it is on the server. */
  setClock(now: number): void {
    this.#ahead = now - Date.now();
    this.tick();
  }

  /** @param end Milliseconds since the epoch, on the server. */
  to(end: number): HTMLTimeElement {
    const at = new Date(end);
    const time = h('time', { datetime: at.toISOString(), title: at.toLocaleString(), class: 'ticking' });
    this.#times.set(time, end);
    this.#show(time, end);
    return time;
  }

  tick(): void {
    for (const [time, end] of this.#times) {
      if (time.isConnected) this.#show(time, end);
      else this.#times.delete(time);
    }
  }

  start(): void {
    this.#timer ??= setInterval(() => this.tick(), 1000);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #show(time: HTMLTimeElement, end: number): void {
    time.textContent = remaining(end - Date.now() - this.#ahead);
  }
}
