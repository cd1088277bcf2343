import { TOOLBAR_HEADER, type ToolbarCommand } from './toolbar-state.js';

const MANY_BYTES = 64 * 1024;

/**
 * Checks whether a script on a page of this origin sent a request, which `Sec-Fetch-Site` proves. Other ports of this
 * machine are other origins; and a custom header is more than a link, a form or an image can send.
 */
export function isFromOwnPage({ headers }: Request): boolean {
  return headers.get('sec-fetch-site') === 'same-origin' && headers.get(TOOLBAR_HEADER) === '1';
}

/** Returns the body; `undefined` when it is longer than anything the toolbar sends. */
export async function shortBody(request: Request): Promise<string | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > MANY_BYTES) return undefined;
  const text = await request.text();
  return text.length > MANY_BYTES ? undefined : text;
}

/** Creates a JSON answer that is neither cached nor readable from other origins. */
export function answerJson(content: unknown, status = 200): Response {
  return new Response(JSON.stringify(content), {
    status,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'X-Content-Type-Options': 'nosniff',
    },
  });
}

const MOST_CHARACTERS = 64 * 1024;
const LONGEST_TEXT = 256;
const MOST_TEXTS = 100;

/** A valid command, or the reason why it is invalid. */
type ReadCommand = ToolbarCommand | { readonly problem: string };

/** Parses the body that the toolbar sent. */
export function readCommand(text: string): ReadCommand {
  const sent = text.length > MOST_CHARACTERS ? undefined : parsed(text);
  if (typeof sent !== 'object' || sent === null) return { problem: 'The toolbar would not send this.' };
  const { do: what, userId, roles = [], permissions = [] } = sent as Record<string, unknown>;
  if (what === 'guest' || what === 'myself' || what === 'expire' || what === 'clear') return { do: what };
  if (what !== 'view-as') return { problem: 'There is no such button.' };
  if (!isText(userId)) return { problem: `Enter a user id of at most ${LONGEST_TEXT} characters.` };
  if (!areTexts(roles) || !areTexts(permissions)) {
    return {
      problem:
        `Enter at most ${MOST_TEXTS} roles and ${MOST_TEXTS} permissions of at most ${LONGEST_TEXT} ` +
        `characters each.`,
    };
  }
  return { do: 'view-as', userId: userId.trim(), roles: unique(roles), permissions: unique(permissions) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_TEXT;
}

function areTexts(values: unknown): values is string[] {
  return Array.isArray(values) && values.length <= MOST_TEXTS && values.every(isText);
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts.map((text) => text.trim()))];
}
