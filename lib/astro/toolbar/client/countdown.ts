import { h } from './dom.js';

const [DAY, HOUR, MINUTE] = [86_400, 3600, 60];

/** Formats the remaining time so that it reads well as a countdown: `6 d 23:59:58`. */
export function remaining(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  if (seconds === 0) return 'over';
  const [days, rest] = [Math.floor(seconds / DAY), seconds % DAY];
  const parts = [Math.floor(rest / HOUR), Math.floor((rest % HOUR) / MINUTE), rest % MINUTE];
  const clock = parts.map((part) => String(part).padStart(2, '0')).join(':');
  return days > 0 ? `${days} d ${clock}` : clock;
}

/** Countdowns that follow the server's clock. */
export class Countdowns {
  readonly #times = new Map<HTMLTimeElement, number>();
  #ahead = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param now The server's time, in milliseconds since the epoch. */
  setClock(now: number): void {
    this.#ahead = now - Date.now();
    this.tick();
  }

  /** @param end The end by the server's clock, in milliseconds since the epoch. */
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
