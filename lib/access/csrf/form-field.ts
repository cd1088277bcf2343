/** A form is not read further than this to find a field. What was read waits in memory for the page to read it again. */
const MOST_BYTES = 128 * 1024;
const URL_ENCODED = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data';

/** What kind of form is being sent; `undefined` for what is none, such as the JSON of a program. */
export function formTypeOf(headers: Headers): typeof URL_ENCODED | typeof MULTIPART | undefined {
  const essence = headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  return essence === URL_ENCODED || essence === MULTIPART ? essence : undefined;
}

/**
 * One field of a form that is being sent. Of a long one only the beginning is read, and its last, broken field does not
 * count.
 *
 * @param form A copy of the request: what is read of it is gone.
 * @returns `undefined` when there is no such field, or more than one, or it is a file; and for what is no form.
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
    // Whatever cannot be read as a form has no fields.
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
  // Settles when the other reader is done as well, which is not to be waited for.
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

/** The fields that are there as a whole. @param boundary What stands between them; `undefined` where that is `&`. */
function endedEarly(bytes: Uint8Array<ArrayBuffer>, boundary: string | undefined): Uint8Array<ArrayBuffer> {
  const separator = boundary === undefined ? '&' : `\r\n--${boundary}`;
  // One character for each byte, so that places in the text are places in the bytes.
  const end = new TextDecoder('latin1').decode(bytes).lastIndexOf(separator);
  const whole = bytes.slice(0, Math.max(end, 0));
  return boundary === undefined ? whole : joined([whole, new TextEncoder().encode(`${separator}--\r\n`)]);
}

function boundaryOf(type: string): string {
  const [, quoted, plain = ''] = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(type) ?? [];
  return quoted ?? plain;
}
