import { Agent, request } from 'node:http';

const CONCURRENCY = 8;
const ANSWER_LIMIT = 10_000;

/** Sends requests over connections that stay open, a few at a time. */
export class Client {
  #agent;
  #concurrency;

  constructor(concurrency = CONCURRENCY) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: concurrency });
    this.#concurrency = concurrency;
  }

  /** @returns Answers per second, and how long each took in milliseconds. */
  async send(origin, { path, cookies, status }, count) {
    const latencies = [];
    let sent = 0;
    const lane = async () => {
      while (sent < count) {
        const cookie = cookies[sent++ % cookies.length];
        const start = performance.now();
        const answered = await this.get(origin, path, cookie);
        latencies.push(performance.now() - start);
        if (answered !== status) throw new Error(`${path} answered ${answered} where ${status} was expected.`);
      }
    };
    const start = performance.now();
    await Promise.all(Array.from({ length: this.#concurrency }, lane));
    return { perSecond: count / ((performance.now() - start) / 1000), latencies };
  }

  /** @returns The status of the answer. */
  get(origin, path, cookie) {
    const headers = { accept: 'text/html', ...(cookie && { cookie }) };
    return new Promise((resolve, reject) => {
      const sent = request({ ...origin, path, headers, agent: this.#agent, timeout: ANSWER_LIMIT }, (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode));
      });
      sent.once('error', reject);
      sent.once('timeout', () => sent.destroy(new Error(`${path} was not answered in time.`)));
      sent.end();
    });
  }

  close() {
    this.#agent.destroy();
  }
}
