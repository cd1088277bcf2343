/**
 * Maximum number of bytes of a form that are read to find a field. These bytes stay in memory until the page reads them
 * too.
 */
const MOST_BYTES = 128 * 1024;
const URL_ENCODED = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data';

/** Returns the type of a form; `undefined` for another body, such as JSON. */
export function formTypeOf(headers: Headers): typeof URL_ENCODED | typeof MULTIPART | undefined {
  const essence = headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  return essence === URL_ENCODED || essence === MULTIPART ? essence : undefined;
}

/**
 * Returns one field of a submitted form. Only the beginning of a long form is read, and the field that is cut off there
 * is ignored.
 *
 * @param form A copy of the request, because its body is consumed.
 * @returns `undefined` when there is no such field, when there are several, when it is a file, and when the body is not
 *   a form.
 */
export async function formField(form: Request, name: string): Promise<string | undefined> {
  const type = form.headers.get('content-type') ?? '';
  const essence = formTypeOf(form.headers);
  if (!form.body || !essence) return undefined;
  try {
    const { bytes, isWhole } = await beginningOf(form.body);
    const readable = isWhole ? bytes : endedEarly(bytes, essence === MULTIPART ? boundaryOf(type) : undefined);
    const fields = await new Response(readable, { headers: { 'Content-Type': type } }).formData();
    const [value, ...others] = fields.getAll(name);
    return typeof value === 'string' && others.length === 0 ? value : undefined;
  } catch {
    // A body that cannot be parsed as a form has no fields.
    return undefined;
  }
}

async function beginningOf(body: ReadableStream<Uint8Array>) {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  for (let length = 0; length <= MOST_BYTES; ) {
    const { done, value } = await reader.read();
    if (done) return { bytes: joined(chunks), isWhole: true };
    chunks.push(value);
    length += value.length;
  }
  // The promise settles only after the other reader has finished, so it is not awaited.
  reader.cancel().catch(() => {});
  return { bytes: joined(chunks), isWhole: false };
}

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/**
 * Returns the complete fields only.
 *
 * @param boundary The boundary of a multipart form; `undefined` when `&` separates the fields.
 */
function endedEarly(bytes: Uint8Array<ArrayBuffer>, boundary: string | undefined): Uint8Array<ArrayBuffer> {
  const separator = boundary === undefined ? '&' : `\r\n--${boundary}`;
  // Latin-1 has one character for each byte, so that positions in the string are positions in the bytes.
  const end = new TextDecoder('latin1').decode(bytes).lastIndexOf(separator);
  const whole = bytes.slice(0, Math.max(end, 0));
  return boundary === undefined ? whole : joined([whole, new TextEncoder().encode(`${separator}--\r\n`)]);
}

function boundaryOf(type: string): string {
  const [, quoted, plain = ''] = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(type) ?? [];
  return quoted ?? plain;
}
