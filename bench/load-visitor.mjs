import { request } from 'node:http';

const CHANGES_ID_EVERY = 9;
const FLASHES_EVERY = 4;
const AT_ONCE_EVERY = 5;
/** A request that takes longer may come after its session is over. */
export const ANSWER_LIMIT = 10_000;

/** What many visitors did and saw. */
export class LoadTally {
  requests = 0;
  failed = 0;
  acknowledged = 0;
  messages = 0;
  idChanges = 0;
  latencies = [];
  /** In words: sessions that were gone, writes that were, and whatever else must not be. */
  lostSessions = [];
  lostWrites = [];
  wrong = [];
}

/** One who signs in and writes to the session with every page, and knows what has to be in there. */
export class LoadVisitor {
  #cookie = '';
  #pages = 0;
  #isLost = false;
  /** How often the count went up for certain, and at the most. */
  #counted = 0;
  #tried = 0;
  #values = new Map();
  #due = new Set();

  constructor(number, { site, agent, tally, pause }) {
    this.name = `visitor-${number}`;
    Object.assign(this, { site, agent, tally, pause });
  }

  async visitUntil(deadline) {
    await pass(Math.random() * this.pause);
    await this.#open(`/enter?as=${this.name}`);
    while (performance.now() < deadline && !this.#isLost) {
      await pass(this.pause * (0.5 + Math.random()));
      await this.#nextPage();
    }
  }

  async comeAndGo() {
    await this.#open(`/enter?as=${this.name}`);
    await this.#ask('/leave');
    this.#cookie = '';
  }

  async #nextPage() {
    this.#pages += 1;
    const page = this.#pages;
    if (page % CHANGES_ID_EVERY === 0) {
      if ((await this.#open('/visit/change-id')) !== undefined) this.tally.idChanges += 1;
    } else if (page % AT_ONCE_EVERY === 0) {
      await Promise.all([this.#write(`${page}a`), this.#write(`${page}b`)]);
    } else {
      await this.#write(String(page), page % FLASHES_EVERY === 0);
    }
    if (this.#due.size > 0) await this.#readMessages();
  }

  async #write(key, hasMessage = false) {
    const value = `${this.name}-${key}`;
    this.#tried += 1;
    const flash = hasMessage ? `&flash=${key}` : '';
    const answer = await this.#open(`/visit/write?key=key-${key}&value=${value}${flash}`);
    if (answer === undefined) return;
    this.tally.acknowledged += 1;
    this.#counted += 1;
    this.#values.set(`key-${key}`, value);
    if (hasMessage) this.#due.add(key);
  }

  /** Each message is shown once. */
  async #readMessages() {
    const text = await this.#ask('/visit/messages');
    if (text === undefined) {
      // It may have been shown in the answer that did not arrive.
      this.#due.clear();
      return;
    }
    const shown = Object.values(JSON.parse(text));
    for (const message of this.#due) {
      this.tally.messages += 1;
      if (!shown.includes(message)) this.tally.lostWrites.push(`${this.name} was not shown message ${message}`);
    }
    if (shown.length > this.#due.size) this.tally.wrong.push(`${this.name} was shown ${shown}`);
    this.#due.clear();
  }

  /** Whether all that was acknowledged is there. */
  async checkAll() {
    if (this.#isLost) return;
    const text = await this.#ask('/visit/all');
    if (text === undefined) {
      this.tally.wrong.push(`${this.name} was not told at the end what is there`);
      return;
    }
    const { userId, count = 0, ...values } = JSON.parse(text);
    const { lostWrites, wrong } = this.tally;
    if (userId !== this.name) wrong.push(`${this.name} is taken for ${userId}`);
    if (count < this.#counted) lostWrites.push(`${this.name}: ${count} of ${this.#counted} counted`);
    if (count > this.#tried) wrong.push(`${this.name}: ${count} counted, ${this.#tried} tried`);
    for (const [key, value] of this.#values) {
      if (values[key] !== value) lostWrites.push(`${this.name}: ${key} is ${values[key]}`);
    }
  }

  /** A page that says who the visitor is. @returns `undefined` when it was not answered. */
  async #open(path) {
    const text = await this.#ask(path);
    if (text === undefined || text === this.name) return text;
    this.tally.wrong.push(`${this.name} is taken for ${text}`);
    return text;
  }

  async #ask(path) {
    const { tally } = this;
    tally.requests += 1;
    const begun = performance.now();
    const { status, text, cookie } = await this.#send(path).catch((error) => ({ status: 0, text: String(error) }));
    tally.latencies.push(performance.now() - begun);
    if (cookie?.includes('Max-Age=0')) this.#lose(`${path}: the cookie was deleted`);
    else if (cookie) this.#cookie = cookie.split(';')[0];
    if (status === 200) return text;
    tally.failed += 1;
    if (status === 302 || status === 401) this.#lose(`${path}: ${status}`);
    else tally.wrong.push(`${this.name}, ${path}: ${status} ${text.slice(0, 100)}`);
    return undefined;
  }

  #lose(how) {
    if (!this.#isLost) this.tally.lostSessions.push(`${this.name}, ${how}`);
    this.#isLost = true;
  }

  #send(path) {
    const headers = { accept: 'text/html', ...(this.#cookie && { cookie: this.#cookie }) };
    const { site, agent } = this;
    return new Promise((resolve, reject) => {
      const sent = request({ ...site.nextOrigin, path, headers, agent, timeout: ANSWER_LIMIT }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (piece) => {
          text += piece;
        });
        answer.once('error', reject);
        answer.once('end', () => {
          resolve({ status: answer.statusCode, text, cookie: answer.headers['set-cookie']?.[0] });
        });
      });
      sent.once('error', reject);
      sent.once('timeout', () => sent.destroy(new Error('not answered in time')));
      sent.end();
    });
  }
}

export function pass(milliseconds) {
  return new Promise((wake) => setTimeout(wake, milliseconds));
}
