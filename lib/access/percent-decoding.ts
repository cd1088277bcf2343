const PERCENT = 0x25;
const CHUNK = 4096;

/**
 * Decodes percent-encoding until nothing is left to decode. Escapes side by side that are not UTF-8 together keep those
 * that are not ASCII, and a lone percent sign is a character like any other.
 *
 * Each level is one pass in place, without exceptions: a hostile path may hold thousands of escapes that lead nowhere.
 *
 * @returns `undefined` when there is something left to decode after so many levels.
 */
export function decodedFully(text: string, levels: number): string | undefined {
  const first = text.indexOf('%');
  if (first < 0) return text;
  // Each level may join a decoded percent sign with two more of the characters that follow.
  const end = text.lastIndexOf('%') + 1 + 2 * (levels + 1);
  const decoded = decodedPart(text.slice(first, end), levels);
  return decoded === undefined ? undefined : text.slice(0, first) + decoded + text.slice(end);
}

function decodedPart(text: string, levels: number): string | undefined {
  const units = new Uint16Array(text.length);
  for (let at = 0; at < text.length; at++) units[at] = text.charCodeAt(at);
  // Escapes side by side; there are no more than a third of the characters.
  const bytes = new Uint8Array(Math.ceil(text.length / 3));
  let length = text.length;
  for (let level = 1; level <= levels; level++) {
    const next = decodeOnce(units, length, bytes);
    if (next === length) return length === text.length ? text : asText(units.subarray(0, length));
    length = next;
  }
  return undefined;
}

/** @returns How many units there are afterwards. */
function decodeOnce(units: Uint16Array, length: number, bytes: Uint8Array): number {
  const first = units.indexOf(PERCENT);
  if (first < 0 || first >= length) return length;
  let written = first;
  let at = first;
  while (at < length) {
    const unit = units[at] ?? 0;
    let count = 0;
    if (unit === PERCENT) {
      let byte = byteAt(units, at, length);
      while (byte >= 0) {
        bytes[count++] = byte;
        byte = byteAt(units, at + 3 * count, length);
      }
    }
    if (count === 0) {
      units[written++] = unit;
      at++;
    } else {
      written = isUtf8(bytes, count)
        ? writeAll(bytes, count, units, written)
        : writeAscii(bytes, count, units, at, written);
      at += 3 * count;
    }
  }
  return written;
}

/** @returns The byte of an escape; negative for what is none. */
function byteAt(units: Uint16Array, at: number, length: number): number {
  if (at + 2 >= length || units[at] !== PERCENT) return -1;
  return (digit(units[at + 1] ?? 0) << 4) | digit(units[at + 2] ?? 0);
}

function digit(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const lower = unit | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function isUtf8(bytes: Uint8Array, count: number): boolean {
  for (let at = 0; at < count; ) {
    const size = sizeAt(bytes, at);
    if (size === 0 || at + size > count) return false;
    for (let more = 1; more < size; more++) if ((bytes[at + more] ?? 0) >> 6 !== 2) return false;
    if (size > 2) {
      const point = pointAt(bytes, at, size);
      if (point < (size === 3 ? 0x800 : 0x10000) || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return false;
    }
    at += size;
  }
  return true;
}

/** @returns How many bytes the character takes that begins here; 0 for what begins none. */
function sizeAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at] ?? 0;
  if (byte < 0x80) return 1;
  if (byte < 0xc2 || byte > 0xf4) return 0;
  return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

function pointAt(bytes: Uint8Array, at: number, size: number): number {
  const first = bytes[at] ?? 0;
  if (size === 1) return first;
  let point = first & (0x7f >> size);
  for (let more = 1; more < size; more++) point = (point << 6) | ((bytes[at + more] ?? 0) & 0x3f);
  return point;
}

function writeAll(bytes: Uint8Array, count: number, units: Uint16Array, written: number): number {
  let to = written;
  for (let at = 0; at < count; ) {
    const size = sizeAt(bytes, at);
    const point = pointAt(bytes, at, size);
    if (point < 0x10000) {
      units[to++] = point;
    } else {
      units[to++] = 0xd7c0 + (point >> 10);
      units[to++] = 0xdc00 | (point & 0x3ff);
    }
    at += size;
  }
  return to;
}

/** @param from Where the escapes stand: those that are not ASCII stay as they are written. */
function writeAscii(bytes: Uint8Array, count: number, units: Uint16Array, from: number, written: number): number {
  let to = written;
  for (let at = 0; at < count; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) {
      units[to++] = byte;
    } else {
      const start = from + 3 * at;
      units[to++] = PERCENT;
      units[to++] = units[start + 1] ?? 0;
      units[to++] = units[start + 2] ?? 0;
    }
  }
  return to;
}

function asText(units: Uint16Array): string {
  let text = '';
  for (let at = 0; at < units.length; at += CHUNK) {
    text += Reflect.apply(String.fromCharCode, undefined, units.subarray(at, at + CHUNK));
  }
  return text;
}
