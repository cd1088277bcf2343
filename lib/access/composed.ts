const RUN = /\p{M}{2,}/gu;
const FIRST_MARK = 0x300;
/** Runs of marks longer than this are in no language's text. */
const LONG = 64;
const LOWEST = '\u0334';
const HIGHEST = '\u0345';

/** Marks that stand for the classes known so far, in the order of the classes. */
const classes: string[] = [];
/** What each mark met so far decomposes into, and which marks stand for the classes: `null` for what never moves. */
const known = new Map<string, readonly { readonly mark: string; readonly representative: string | null }[]>();

/**
 * The text in Unicode's composed form (NFC), in linear time.
 *
 * `normalize` puts a run of marks in order by inserting one after the other, which takes time that grows with the square
 * of their number. Long runs are put in that order before: by counting, class by class.
 */
export function composed(text: string): string {
  const ordered = mayHoldLongRun(text) ? text.replace(RUN, (run) => (run.length > LONG ? inOrder(run) : run)) : text;
  return ordered.normalize('NFC');
}

function mayHoldLongRun(text: string): boolean {
  if (text.length <= LONG) return false;
  let run = 0;
  for (let at = 0; at < text.length; at++) {
    run = text.charCodeAt(at) < FIRST_MARK ? 0 : run + 1;
    if (run > LONG) return true;
  }
  return false;
}

function inOrder(run: string): string {
  let text = '';
  let moving = new Map<string, string>();
  const flush = () => {
    for (const representative of classes) text += moving.get(representative) ?? '';
    moving = new Map();
  };
  for (const whole of run) {
    for (const { mark, representative } of decomposed(whole)) {
      if (representative !== null) {
        moving.set(representative, (moving.get(representative) ?? '') + mark);
      } else {
        if (moving.size > 0) flush();
        text += mark;
      }
    }
  }
  flush();
  return text;
}

function decomposed(whole: string) {
  const present = known.get(whole);
  if (present) return present;
  const parts = Array.from(whole.normalize('NFD'), (mark) => ({ mark, representative: classOf(mark) }));
  known.set(whole, parts);
  return parts;
}

function classOf(mark: string): string | null {
  const moves = [LOWEST, HIGHEST].includes(mark) || movesBefore(mark, HIGHEST) || movesBefore(LOWEST, mark);
  if (!moves) return null;
  for (const [at, other] of classes.entries()) {
    if (movesBefore(mark, other)) {
      classes.splice(at, 0, mark);
      return mark;
    }
    if (!movesBefore(other, mark)) return other;
  }
  classes.push(mark);
  return mark;
}

/** Whether `mark`, standing behind `other`, is put before it. */
function movesBefore(mark: string, other: string): boolean {
  return (other + mark).normalize('NFD') !== other + mark;
}
