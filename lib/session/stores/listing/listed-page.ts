import { parseRecord } from '../../record/record-text.js';
import { isEmptyRecord } from '../../record/session-record.js';
import { parseMovedRecord } from '../moved-record.js';
import { eachOnce } from './each-once.js';
import type { FiledPage, FiledRecord, ListingRequest, TextPage, TextSource } from './listing.js';

/** The least number of texts to read at once, where the first ones did not fill a page. */
const AT_ONCE = 500;
/** Maximum number of changes of the id to follow: each record that leads to another id lasts for a minute. */
const MAX_STEPS = 50;

/**
 * Reads one page of all sessions: texts in the order of the store, until there are enough sessions. A session whose id
 * changes meanwhile is found where its old id leads.
 */
export async function listedPage(source: TextSource, { after, limit, matches }: ListingRequest): Promise<FiledPage> {
  const found = new Map<string, FiledRecord>();
  const current = async (key: string) => {
    const filed = await currentOf(source, key);
    // It may have changed in other ways as well.
    return filed && matches(filed.record) ? filed : undefined;
  };
  const leftOnce = () => eachOnce([...found.values()], current);
  for (let page = await source.entriesAfter(after, limit); ; ) {
    for (const { key, text, cursor = key } of page.entries) {
      const filed = await followed(source, key, text);
      if (filed && matches(filed.record)) found.set(filed.key, filed);
      if (found.size < limit) continue;
      const isLast = page.next === undefined && page.entries.at(-1)?.key === key;
      return { filed: await leftOnce(), next: isLast ? undefined : cursor };
    }
    if (page.next === undefined) return { filed: await leftOnce(), next: undefined };
    page = await laterPage(source, page.next, limit);
  }
}

async function laterPage(source: TextSource, after: string, limit: number): Promise<TextPage> {
  // A store that answers synchronously would block everything else in the process.
  await new Promise((wake) => setTimeout(wake));
  return source.entriesAfter(after, Math.max(limit, AT_ONCE));
}

/** Returns the live session of a text, or the one to which it leads. */
async function followed(source: TextSource, place: string, first: string): Promise<FiledRecord | undefined> {
  let [key, text] = [place, first];
  for (let step = 0; step < MAX_STEPS; step++) {
    const moved = parseMovedRecord(text);
    if (!moved) return liveRecord(key, text, source.now());
    // Keys of a store may be shorter than a fingerprint.
    key = moved.to.slice(0, key.length);
    const kept = await source.find(key);
    if (!kept) return undefined;
    text = kept.text;
  }
  return undefined;
}

function liveRecord(key: string, text: string, now: number): FiledRecord | undefined {
  const record = parseRecord(text, '');
  return record && record.expiresAt > now && !isEmptyRecord(record) ? { key, record } : undefined;
}

/** Returns the live session to which a key leads by now. */
async function currentOf(source: TextSource, key: string): Promise<FiledRecord | undefined> {
  const kept = await source.find(key);
  return kept && followed(source, key, kept.text);
}
