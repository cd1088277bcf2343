import { type Answer, Browser } from './browser.js';
import type { Tally } from './tally.js';

const PAUSE = 200;
const PATIENCE = 20_000;

/** What visitors visit, and what they can know of it. */
export interface VisitedPlace {
  readonly origin: string;
  /** Names the outage that goes on at the moment; `undefined` while there is none for certain. */
  readonly outage: number | undefined;
  /** How often the store has gone away or come back: an odd number while it is, or may be, away. */
  readonly turns: number;
}

/** How often something was tried: at least as often as it was acknowledged has it happened. */
interface Attempts {
  acknowledged: number;
  all: number;
}

/** One who signs in, changes the session in many requests at once, signs out, and keeps account of all that was promised. */
export class CarefulVisitor {
  #browser: Browser;
  #isSignedIn = false;
  #round = 0;
  #made = 0;
  /** Requests of which nobody knows what became of them. */
  #unanswered = 0;
  readonly #counts = new Map<string, Attempts>();
  /** Values that were acknowledged, each under a key of its own. */
  readonly #values = new Map<string, string>();
  readonly #shown = new Set<string>();
  /** Every token since the visitor signed in, and every one of sessions that are over. */
  readonly #tokens = new Set<string>();
  readonly #dead = new Set<string>();

  constructor(
    private readonly place: VisitedPlace,
    private readonly number: number,
    private readonly tally: Tally,
  ) {
    tally.visitors += 1;
    this.#browser = new Browser(place);
  }

  /** A few pages, as somebody opens them within a second or two. */
  async goRound(): Promise<void> {
    this.#round += 1;
    if (!this.#isSignedIn) await this.#signIn();
    const changesId = (this.number + this.#round) % 2 === 0;
    await Promise.all([
      this.#count('visits'),
      this.#count('visits'),
      this.#count('clicks'),
      this.#put(),
      this.#put(),
      this.#lookAround(),
      ...(changesId ? [this.#changeId()] : []),
    ]);
    await this.#leaveMessage();
    await this.#check();
    if ((this.number + this.#round) % 4 === 0) await this.#signOut();
  }

  /** Whether everything that was promised is there, now that all is well again. */
  async checkAll(): Promise<void> {
    if (this.#isSignedIn && !(await this.#untilAnswered(() => this.#check()))) {
      this.tally.wrong.push(`${this.#name}: the servers did not recover`);
    }
    for (const token of this.#dead) await this.#assertGuest(token);
  }

  /** The cookies this visitor has at the moment, in another browser. */
  browserAt(place: { readonly origin: string }): Browser {
    return this.#browser.copy().at(place);
  }

  get isSignedIn(): boolean {
    return this.#isSignedIn;
  }

  /** How often it went round. */
  get rounds(): number {
    return this.#round;
  }

  get #name(): string {
    return `visitor-${this.number}`;
  }

  async #signIn(): Promise<void> {
    this.#browser = new Browser(this.place);
    this.#counts.clear();
    this.#values.clear();
    this.#tokens.clear();
    this.#isSignedIn = await this.#untilAnswered(() => this.#write(`/enter?as=${this.#name}`));
    if (!this.#isSignedIn) this.tally.wrong.push(`${this.#name} could not sign in`);
  }

  /** Together with requests that change the session and its id at the same moment. */
  async #signOut(): Promise<void> {
    this.#isSignedIn = false;
    const signedOut = this.#write('/leave');
    await Promise.all([this.#write('/change-id'), this.#write('/count?key=late'), signedOut]);
    if (!(await signedOut) && !(await this.#untilAnswered(() => this.#write('/leave')))) {
      this.tally.wrong.push(`${this.#name} could not sign out`);
      return;
    }
    this.tally.signOuts += 1;
    for (const token of this.#tokens) {
      this.#dead.add(token);
      await this.#assertGuest(token);
    }
  }

  async #assertGuest(token: string): Promise<void> {
    const browser = new Browser(this.place, new Map([tokenPair(token)]));
    let status = 0;
    await this.#untilAnswered(async () => {
      const answer = await this.#ask('GET', '/account', browser);
      status = answer?.status ?? 0;
      return answer !== undefined;
    });
    if (status !== 302 && status !== 401)
      this.tally.wrong.push(`${this.#name}: ${status} with the cookie of a session that was ended`);
  }

  async #count(key: string): Promise<void> {
    const attempts = this.#counts.get(key) ?? { acknowledged: 0, all: 0 };
    this.#counts.set(key, attempts);
    attempts.all += 1;
    if (await this.#write(`/count?key=${key}`)) attempts.acknowledged += 1;
  }

  async #put(): Promise<void> {
    this.#made += 1;
    const [key, value] = [`key-${this.#made}`, `value-${this.#made}`];
    if (await this.#write(`/put?key=${key}&value=${value}`)) this.#values.set(key, value);
  }

  async #changeId(): Promise<void> {
    if (await this.#write('/change-id')) this.tally.idChanges += 1;
  }

  /** What is public is shown, be it as to a guest. */
  async #lookAround(): Promise<void> {
    const answer = await this.#ask('GET', '/');
    if (answer && ![`hello ${this.#name}`, 'hello guest'].includes(answer.text))
      this.tally.wrong.push(`${this.#name}: ${answer.status} ${answer.text} for a public page`);
  }

  /** A message is for one answer, also when two pages are opened at the same moment. */
  async #leaveMessage(): Promise<void> {
    this.#made += 1;
    const text = `message-${this.#made}`;
    if (!(await this.#write(`/say?key=${text}&text=${text}`))) return;
    this.tally.messages += 1;
    const { turns } = this.place;
    const before = this.#unanswered;
    await Promise.all([this.#readMessages(), this.#readMessages()]);
    // A store that goes away meanwhile may have leased it to a request that was not told so: then it waits for a later page.
    if (this.#unanswered > before || turns % 2 === 1 || turns !== this.place.turns) return;
    this.tally.certainMessages += 1;
    if (!this.#shown.has(text)) this.tally.lost.push(`${this.#name} was never shown ${text}`);
  }

  async #readMessages(): Promise<void> {
    const answer = await this.#ask('GET', '/messages');
    if (answer?.status !== 200) return;
    for (const text of Object.keys(JSON.parse(answer.text))) {
      if (this.#shown.has(text)) this.tally.wrong.push(`${this.#name} was shown ${text} again`);
      this.#shown.add(text);
    }
  }

  /** Opens the guarded page. @returns Whether it could be told what is in the session. */
  async #check(): Promise<boolean> {
    const answer = await this.#ask('GET', '/account');
    if (answer?.status === 200) this.#compare(JSON.parse(answer.text));
    else if (answer) {
      this.tally.lost.push(`${this.#name}: ${answer.status} for a visitor who is signed in`);
      this.#isSignedIn = false;
    }
    return answer !== undefined;
  }

  #compare(found: Record<string, unknown>): void {
    const { lost, wrong } = this.tally;
    if (found.userId !== this.#name) wrong.push(`${this.#name} is taken for ${found.userId}`);
    for (const [key, { acknowledged, all }] of this.#counts) {
      const count = Number(found[key] ?? 0);
      if (count < acknowledged) lost.push(`${this.#name}: ${key} is ${count}, acknowledged ${acknowledged}`);
      if (count > all) wrong.push(`${this.#name}: ${key} is ${count}, tried ${all}`);
    }
    for (const [key, value] of this.#values) {
      if (found[key] !== value) lost.push(`${this.#name}: ${key} is ${found[key]}, acknowledged ${value}`);
    }
  }

  /** @returns Whether it was acknowledged. */
  async #write(path: string): Promise<boolean> {
    const answer = await this.#ask('POST', path);
    const isAcknowledged = answer?.status === 200;
    if (isAcknowledged) this.tally.acknowledged += 1;
    else this.tally.unacknowledged += 1;
    if (answer && !isAcknowledged) this.tally.wrong.push(`${this.#name}: ${answer.status} for ${path}`);
    return isAcknowledged;
  }

  /** @returns The answer; `undefined` when there is none, or one that says to come again. */
  async #ask(method: 'GET' | 'POST', path: string, browser = this.#browser): Promise<Answer | undefined> {
    const { outage } = this.place;
    const hasCookie = browser.cookies.size > 0;
    this.tally.requests += 1;
    const answer = await browser.visit(path, { method }).catch(() => undefined);
    if (hasCookie && outage !== undefined && outage === this.place.outage) this.#judgeWhileAway(path, answer);
    const isDeleted = answer?.setCookies.some((cookie) => /max-age=0/i.test(cookie));
    if (isDeleted && this.#isSignedIn && browser === this.#browser)
      this.tally.wrong.push(`${this.#name}: the cookie was deleted by ${answer?.status} for ${path}`);
    for (const token of this.#browser.cookies) this.#tokens.add(token.join('='));
    if (answer && answer.status !== 502 && answer.status !== 503) return answer;
    this.#unanswered += 1;
    if (answer?.status === 503) this.tally.unavailable += 1;
    else this.tally.broken += 1;
    await new Promise((wake) => setTimeout(wake, PAUSE));
    return undefined;
  }

  #judgeWhileAway(path: string, answer: Answer | undefined): void {
    if (!answer || answer.status === 502) return;
    if (path === '/' && answer.status === 200) this.tally.shownWhileAway += 1;
    else if (path !== '/' && answer.status === 503) this.tally.refusedWhileAway += 1;
    else if (answer.status !== 503)
      this.tally.wrong.push(`${this.#name}: ${answer.status} for ${path} while there is no store`);
  }

  /** Tries until it is known how it went. */
  async #untilAnswered(attempt: () => Promise<boolean>): Promise<boolean> {
    const deadline = Date.now() + PATIENCE;
    while (Date.now() < deadline) if (await attempt()) return true;
    return false;
  }
}

function tokenPair(cookie: string): [string, string] {
  const at = cookie.indexOf('=');
  return [cookie.slice(0, at), cookie.slice(at + 1)];
}
