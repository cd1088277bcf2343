/** What many visitors did and saw. */
export class Tally {
  visitors = 0;
  requests = 0;
  /** Writes that were answered with success. */
  acknowledged = 0;
  /** Writes that were not: they may have happened, or not. */
  unacknowledged = 0;
  /** Answers 503: the store could not be asked. */
  unavailable = 0;
  /** Guarded pages that were refused with 503 while there was no store for certain. */
  refusedWhileAway = 0;
  /** Public pages that were shown while there was no store for certain. */
  shownWhileAway = 0;
  /** Answers 502, and answers that broke off: a process was gone. */
  broken = 0;
  signOuts = 0;
  idChanges = 0;
  messages = 0;
  /** Messages of which it is certain that they have to be shown exactly once. */
  certainMessages = 0;
  kills = 0;
  /** What was acknowledged and is not there, in words. */
  readonly lost: string[] = [];
  /** Whatever else must not be, in words. */
  readonly wrong: string[] = [];

  get summary(): string {
    const { lost, wrong, ...counts } = this;
    const figures = Object.entries({ ...counts, lost: lost.length, wrong: wrong.length });
    return figures.map(([name, count]) => `${name} ${count}`).join(', ');
  }
}
