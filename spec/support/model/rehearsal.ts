import assert from 'node:assert/strict';
import type { Session } from '../../../lib/session/session.js';
import { type Application, COOKIE } from '../../../lib/testing/application.js';
import { FakeCookieJar } from '../../../lib/testing/fake-cookie-jar.js';
import { ModelRequest } from './model-request.js';
import { act, sentenceOf } from './page.js';
import { EMPTY_FOR, isEmpty, SessionModel } from './session-model.js';
import type { Step } from './steps.js';

/** Milliseconds after which a request in progress is abandoned without an answer. */
const LONGEST = 30_000;
const KEYS = ['a', 'b'];

interface Request {
  readonly name: string;
  readonly browser: number;
  readonly cookies: FakeCookieJar;
  readonly session: Session;
  readonly model: ModelRequest;
}

/** Runs every step twice, with a store and with the model, and checks that the results are equal. */
export class Rehearsal {
  readonly #model = new SessionModel();
  /** The cookie of each browser. */
  readonly #cookies = new Map<number, string>();
  /** The requests in progress. */
  readonly #requests = new Map<number, Request>();
  #count = 0;

  /** @param story Receives a sentence for each step. */
  constructor(
    private readonly app: Application,
    private readonly story: string[],
  ) {}

  /** Runs a step if it is possible: a page step needs a request in progress. */
  async take(step: Step): Promise<void> {
    if (step.does === 'open') return this.#open(step.browser, step.request);
    if (step.does === 'copy') return this.#copy(step.browser, step.from);
    if (step.does === 'wait') return this.#wait(step.seconds);
    const request = this.#requests.get(step.request);
    if (!request) return;
    if (step.does === 'answer') {
      this.#requests.delete(step.request);
      return this.#answer(request);
    }
    if (request.model.isEnded) return;
    this.#tell(`${request.name}: ${sentenceOf(step)}`);
    act(step, request.session, request.model, this.#now);
  }

  /** Checks that every token ever issued leads to the expected session. */
  async compare(): Promise<void> {
    for (const token of this.#model.tokens) {
      const expected = this.#model.find(token, this.#now)?.session;
      // Opens the session without consuming messages.
      const found = await this.app.open(FakeCookieJar.carrying(COOKIE, token), false);
      this.#tell(`a request with cookie ${this.#nameOf(token)} looks at everything`);
      assert.deepEqual(found.all(), Object.fromEntries(expected?.values ?? []), 'other values than it should see');
      const messages = KEYS.map((key) => found.flashes.peek(key));
      assert.deepEqual(
        messages,
        KEYS.map((key) => expected?.messages.get(key)?.at(-1)?.text),
        'other messages wait',
      );
      this.story.pop();
    }
  }

  async #open(browser: number, number: number): Promise<void> {
    if (this.#requests.has(number)) return;
    const token = this.#cookies.get(browser);
    const cookies = token === undefined ? new FakeCookieJar() : FakeCookieJar.carrying(COOKIE, token);
    this.#count += 1;
    const name = `request ${this.#count}`;
    this.#tell(
      `browser ${browser + 1} sends ${name} with ${token === undefined ? 'no cookie' : `cookie ${this.#nameOf(token)}`}`,
    );
    const session = await this.app.open(cookies);
    const model = new ModelRequest(this.#model, token, this.#now);
    this.#requests.set(number, { name, browser, cookies, session, model });
    assert.equal(
      session.isNew,
      model.opened === undefined,
      'a session where there should be none, or none where there should be one',
    );
    assert.deepEqual(session.all(), model.values, 'the session does not hold what it should');
  }

  #copy(browser: number, from: number): void {
    const token = this.#cookies.get(from);
    if (token === undefined || browser === from) return;
    this.#tell(`browser ${browser + 1} gets a copy of the cookie of browser ${from + 1}`);
    this.#cookies.set(browser, token);
  }

  #wait(seconds: number): void {
    this.#tell(`${seconds} s pass`);
    this.app.clock.advance(seconds);
    for (const [number, { model }] of this.#requests) {
      if (this.#now - model.openedAt >= LONGEST) this.#requests.delete(number);
    }
  }

  async #answer(request: Request): Promise<void> {
    this.#tell(`${request.name} is answered`);
    const isKept = await this.app.manager.commit(request.session, request.cookies);
    const cookie = request.cookies.answered(COOKIE)?.value;
    this.#expect(request.model, isKept, cookie);
    request.model.answer(this.#now);
    if (cookie === '') this.#cookies.delete(request.browser);
    else if (cookie !== undefined) this.#cookies.set(request.browser, cookie);
  }

  /**
   * Applies the request to the model and compares.
   *
   * @param cookie The cookie of the answer, if any; empty when the answer removes it.
   */
  #expect(request: ModelRequest, isKept: boolean, cookie: string | undefined): void {
    const { fate, opened, token } = request;
    if (fate === 'superseded') {
      assert.equal(isKept, request.isEmpty, 'kept what a request did that came too late');
      assert.equal(cookie, undefined, 'a cookie for a request that came too late');
    } else if (fate === 'ended' || (fate === 'begun' && request.isEmpty)) {
      const known = opened?.token ?? (request.isSuperseded ? token : undefined);
      // A token without a session may belong to another application: it is removed only if the store knew its session.
      if (known) assert.equal(cookie, '', 'the cookie was not removed');
      else assert.ok(!cookie && (token !== undefined || cookie === undefined), 'a cookie for nothing');
      if (known) this.#model.end(known, this.#now);
    } else if (fate === 'unchanged' && !request.hasMoved && !request.isDueForRenewal(this.#now, this.#expiry)) {
      assert.equal(cookie, undefined, 'a cookie although nothing changed');
    } else {
      this.#expectWritten(request, isKept, cookie);
    }
  }

  #expectWritten(request: ModelRequest, isKept: boolean, cookie: string | undefined): void {
    const { opened } = request;
    const current = opened && this.#model.find(opened.token, this.#now);
    const livesElsewhere = opened !== undefined && !current && this.#model.isSuperseded(opened.token, this.#now);
    const beginsAnew = livesElsewhere && request.signsGuestIn && this.#model.hasSuccessor(opened.token, this.#now);
    const next = beginsAnew
      ? request.begin(this.#now, this.#expiry)
      : request.applyTo(current?.session, this.#now, this.#expiry);
    const isGone = opened !== undefined && !beginsAnew && (current === undefined || isEmpty(next));
    if (isGone && current) this.#model.put(current.token, { ...next, expiresAt: this.#now + EMPTY_FOR });
    const hasEnded = isGone && request.isEmpty && !livesElsewhere;
    assert.equal(isKept, !isGone || hasEnded, isKept ? 'brought back what had ended' : 'lost what was done');
    if (isGone) {
      assert.equal(cookie, hasEnded ? '' : undefined, 'a cookie for a session that has ended, or lives elsewhere');
      return;
    }
    assert.ok(cookie, 'no cookie for what was kept');
    const changesId = !current || request.changesId(current);
    if (changesId) assert.equal(this.#model.tokens.has(cookie), false, 'an id that was there before');
    else assert.equal(cookie, current.token, 'another id than the session has');
    this.#model.put(cookie, next);
    if (changesId && current) this.#model.move(current.token, cookie, this.#now, request.hasSignedIn);
  }

  get #now(): number {
    return this.app.clock.now();
  }

  readonly #expiry = (createdAt: number): number => {
    const { longestIdle, absoluteTimeout } = this.app.config;
    return Math.min(this.#now + longestIdle, createdAt + absoluteTimeout);
  };

  #nameOf(token: string): string {
    return String([...this.#model.tokens].indexOf(token) + 1);
  }

  #tell(sentence: string): void {
    this.story.push(sentence);
  }
}
