import { fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const SERVE = join(import.meta.dirname, 'serve-app.mjs');
const COUNT = pathToFileURL(join(import.meta.dirname, 'count-loaded.mjs')).href;
const ANSWER_LIMIT = 30_000;
const running = new Set();

/** A built application, served by a process of its own. */
export class AppProcess {
  #child;
  #port;

  /** @param env What it finds in its environment beside what is there anyhow, the address of a database for one. */
  static async start(entry, { countsLoaded = false, env = {} } = {}) {
    const app = new AppProcess();
    app.#child = fork(SERVE, [entry], {
      cwd: join(dirname(entry), '../..'),
      execArgv: ['--expose-gc', ...(countsLoaded ? ['--import', COUNT] : [])],
      env: { ...process.env, ...env, NODE_ENV: 'production', GATEHOUSE_SECRET: 'k7Qz2vXw9Lr4Nf8Tb1Yc6Hm3Jd5Gs0Pa' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    running.add(app);
    app.#port = (await app.#nextMessage()).port;
    return app;
  }

  get origin() {
    return { host: '127.0.0.1', port: this.#port };
  }

  /** Answers `slice.count` requests without connections. @returns Microseconds of CPU for each. */
  async cpu(slice) {
    this.#child.send({ slice });
    return (await this.#nextMessage()).cpu;
  }

  /** Microseconds of CPU that all its threads have used so far. */
  async cpuUsed() {
    this.#child.send({ usage: true });
    return (await this.#nextMessage()).usage;
  }

  /** Bytes of JavaScript it has loaded so far. */
  async loaded() {
    this.#child.send({});
    return (await this.#nextMessage()).loaded;
  }

  /** Bytes in use after the garbage collector has been through: on the heap, and of the whole process. */
  async memory() {
    this.#child.send({ memory: true });
    return (await this.#nextMessage()).memory;
  }

  /** Cookie headers of visitors who signed in, each one another. */
  async signIn(count) {
    const url = `http://127.0.0.1:${this.#port}/sign-in`;
    const answers = await Promise.all(Array.from({ length: count }, () => fetch(url)));
    if (!answers.every(({ ok }) => ok)) throw new Error(`${url} answered ${answers[0]?.status}: nobody is signed in.`);
    return answers.map((answer) =>
      answer.headers
        .getSetCookie()
        .map((cookie) => cookie.split(';')[0])
        .join('; '),
    );
  }

  stop() {
    this.#child.kill('SIGKILL');
    running.delete(this);
  }

  static stopAll() {
    for (const app of running) app.stop();
  }

  async #nextMessage() {
    const ended = new AbortController();
    const exit = once(this.#child, 'exit', { signal: ended.signal }).then(() => {
      throw new Error('The application ended before it answered.');
    });
    exit.catch(() => {});
    try {
      const signal = AbortSignal.timeout(ANSWER_LIMIT);
      const [message] = await Promise.race([once(this.#child, 'message', { signal }), exit]);
      if (message.error) throw new Error(message.error);
      return message;
    } finally {
      ended.abort();
    }
  }
}
