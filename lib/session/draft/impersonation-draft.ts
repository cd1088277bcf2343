import type { ImpersonationEnd } from '../event-reasons.js';
import type { Impersonation } from '../record/session-record.js';
import { DraftContents } from './draft-contents.js';

/** The impersonation of another user during a request: as stored, and as changed. */
export class ImpersonationDraft {
  #opened: Impersonation | undefined;
  #current: Impersonation | undefined;
  #contents: DraftContents | undefined;
  /** The reason why this request ended it. */
  endedBy: ImpersonationEnd | undefined;

  /** @param own The contents of the session itself, whose messages remain those of the browser. */
  constructor(
    private readonly own: DraftContents,
    opened: Impersonation | undefined,
  ) {
    this.restart(opened);
  }

  /** The impersonation at this moment. */
  get current(): Impersonation | undefined {
    return this.#current;
  }

  /**
   * The contents that the request sees meanwhile: the values of the impersonated user. Others that are set are temporary,
   * because they would belong to neither of the two.
   */
  get contents(): DraftContents | undefined {
    return this.#contents;
  }

  /** What has to be stored: the impersonation, `null` when it has ended, `undefined` for no change. */
  get change(): Impersonation | null | undefined {
    return this.#current === this.#opened ? undefined : (this.#current ?? null);
  }

  begin(impersonation: Impersonation): void {
    this.#become(impersonation);
    this.endedBy = undefined;
  }

  /** Changes values of the impersonated user, and leaves others that the request has set. */
  update(values: Readonly<Record<string, unknown>>): void {
    if (!this.#current || !this.#contents) return;
    this.#contents.values.put(values);
    const known = Object.keys(values).map((key) => [key, this.#contents?.values.get(key)] as const);
    const all = new Map([...new Map([...this.#current.values, ...known])].filter(([, value]) => value !== undefined));
    this.#current = { ...this.#current, values: all };
  }

  end(reason: ImpersonationEnd): void {
    if (!this.#current) return;
    this.#become(undefined);
    this.endedBy = reason;
  }

  /** Makes what is stored the new starting point. */
  restart(opened: Impersonation | undefined): void {
    this.#opened = opened;
    this.endedBy = undefined;
    if (this.#current !== opened) this.#become(opened);
  }

  /** Undoes the changes of the request, except its end, which must not depend on the rest of the request. */
  rollBack(): void {
    if (this.endedBy === undefined) this.#become(this.#opened);
  }

  #become(asked: Impersonation | undefined): void {
    const { bag, values } = this.own;
    // Without an impersonator it would be a sign-in.
    const impersonation = typeof values.get('userId') === 'string' ? asked : undefined;
    this.#current = impersonation;
    this.#contents = impersonation && new DraftContents(bag, { values: impersonation.values, flashes: new Map() });
  }
}
