/** Notes that a session was used, so that the answer depends on it. */
export class SessionUse {
  /** Called with the first use after an answer went out that is everybody's. */
  onLateUse: (() => void) | undefined;
  #isUsed = false;

  /** Whether anything was read or written. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  set isUsed(isUsed: boolean) {
    this.#isUsed = isUsed;
    if (!isUsed || !this.onLateUse) return;
    this.onLateUse();
    this.onLateUse = undefined;
  }
}
