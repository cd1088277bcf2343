import { ActionError, getActionContext } from 'astro:actions';
import type { APIContext } from 'astro';
import { TOKEN_FIELD } from '../../access/csrf/csrf-guard.js';
import { formTypeOf } from '../../access/csrf/form-field.js';
import { FormBudget } from '../../access/forms/form-budget.js';
import type { SentField } from '../../access/forms/form-config.js';
import { dropForm, isMeantFor, type KeptForm, keepForm, takeForm } from '../../access/forms/kept-form.js';
import { openResult, sealResult } from '../../access/forms/sealed-result.js';
import { redirectTo } from '../../access/refusal.js';
import type { ScopedRequest } from '../../container/request-scope.js';
import { Clock } from '../../session/clock.js';
import type { Promised } from '../../session/promised.js';
import { Secrets } from '../../session/secrets.js';
import { CookieSessionStore } from '../../session/stores/cookie-session-store.js';
import { SessionStore } from '../../session/stores/session-store.js';
import type { GateRequest } from '../request/gate-request.js';
import type { RoutedRequest } from '../request/routed-request.js';
import { gatehouse } from '../started.js';
import { formPage, formPlace } from './form-page.js';
import { nextPageOf } from './go-to.js';

/** Bytes of a refused form, beyond which it is not kept: it is read into memory for somebody who may be anybody. */
const MOST_BYTES = 128 * 1024;
/** Errors with which Astro may not have read what was sent, which is as large as somebody liked. */
const UNREAD: ReadonlySet<string> = new Set(['CONTENT_TOO_LARGE', 'NOT_FOUND', 'UNSUPPORTED_MEDIA_TYPE']);
/** Bytes of such a form, beyond which nothing typed into it is given back: what Astro reads unless told otherwise. */
const MOST_UNREAD = 1024 * 1024;

const budget = new FormBudget();

const STALE = { [TOKEN_FIELD]: ['This form was out of date. Please send it once more.'] };

/**
 * The part of forms in a request, where `forms` is on: runs the action that a form calls and sends the browser on to the
 * page, which is then told what came of it, and what had been typed in if it failed.
 *
 * @returns What to answer; `undefined` when the page is to answer, which is told as well. So it is when the session
 *   cannot keep what came of it: better a page that is sent again on reload than input that is lost.
 */
export function answerForm(request: GateRequest, context: APIContext): Promised<Response | undefined> {
  if (!gatehouse.parts.forms.isOn) return undefined;
  if (context.request.method === 'POST') return runAction(request, context);
  return showKeptForm(request, context).then(() => undefined);
}

async function runAction(request: GateRequest, context: APIContext): Promise<Response | undefined> {
  const { action, setActionResult, serializeActionResult } = getActionContext(context);
  if (action?.calledFrom !== 'form' || request.guarded?.isEndpoint) return undefined;
  const sent = copyOf(context.request);
  const sender = request.visitor.id;
  // Should anything throw from here on, Astro makes its error page of the same request: that is not to run it again.
  const failed = new ActionError({ code: 'INTERNAL_SERVER_ERROR' });
  setActionResult(action.name, serializeActionResult({ data: undefined, error: failed }));
  const outcome = await action.handler();
  const result = serializeActionResult(outcome);
  setActionResult(action.name, result);
  const isRead = outcome.error && (!UNREAD.has(outcome.error.code) || isSmallForm(context.request, MOST_UNREAD));
  const input = isRead ? await fieldsOf(sent) : [];
  const nextPage = outcome.error ? undefined : nextPageOf(request);
  if (nextPage !== undefined) return redirectTo(nextPage, 'POST');
  const page = formPage(request.original);
  const isFarewell = request.draft.wasEnded && request.visitor.isGuest;
  const form = { name: action.name, input, result, userId: request.visitor.id ?? sender, isFarewell };
  // Kept for a page that a guest does not see, it would wait for whoever signs in next.
  const isLost =
    isFarewell && request.guarded && !(await gatehouse.parts.guard.admits(request.guarded, request.visitor));
  if (page !== undefined && (isLost || (await isKept(request, page, await sealed(form, request))))) {
    return redirectTo(page, 'POST');
  }
  request.keptForm = form;
  return undefined;
}

/** A form as it may wait in the store: what is in a cookie is sealed as a whole. */
async function sealed(form: KeptForm, request: ScopedRequest): Promise<KeptForm> {
  return request.services.get(SessionStore) instanceof CookieSessionStore
    ? form
    : sealResult(form, request.services.get(Secrets));
}

/** Tells the page what came of the form that it sent. */
async function showKeptForm(request: GateRequest, context: APIContext): Promise<void> {
  const { isNew, flashes } = request.draft;
  if (isNew || flashes.isEmpty || request.keptForm) return;
  const { pathname } = new URL(request.original.url);
  const kept = takeForm(flashes, formPlace(pathname));
  if (!kept || !isMeantFor(kept, request.visitor.id)) return;
  const form = await openResult(kept, request.services.get(Secrets));
  request.keptForm = form;
  if (form.name !== undefined && form.result) getActionContext(context).setActionResult(form.name, form.result);
}

/**
 * Keeps what somebody typed in whose form is refused because they have to sign in first: the page that they come back to
 * has it.
 *
 * @returns The refusal.
 */
export function keepRefusedForm(request: GateRequest, context: APIContext, refusal: Response): Promised<Response> {
  // Whoever asks for the visitor makes the answer personal.
  return refusal.status === 303 ? keepFormOf(request, context, refusal) : refusal;
}

async function keepFormOf(request: GateRequest, context: APIContext, refusal: Response): Promise<Response> {
  const { visitor, verdict } = request;
  const page = request.guarded?.formPage;
  const leadsToSignIn = visitor.isGuest || verdict?.decision?.code === 'SIGN_IN_AGAIN';
  if (page === undefined || !leadsToSignIn || !isSmallForm(context.request)) return refusal;
  const input = await fieldsOf(copyOf(context.request));
  if (input.length > 0) await isKept(request, page, { name: request.guarded?.action?.name, input });
  return refusal;
}

/**
 * Sends a form back to its page whose token is of another session by now, as when that has expired meanwhile: there it
 * has what was typed in, and a new token.
 *
 * @returns The refusal, where nothing of the form can be kept.
 */
export async function returnStaleForm(
  request: GateRequest,
  asked: RoutedRequest,
  refusal: Response,
): Promise<Response> {
  const { context } = request;
  const page = asked.formPage;
  if (page === undefined || !isSmallForm(context.request)) return refusal;
  const form = { name: asked.action?.name, input: await fieldsOf(copyOf(context.request)), errors: STALE };
  return (await isKept(request, page, form)) ? redirectTo(page, 'POST') : refusal;
}

/** Keeps a form for a page, if the session has room for it. */
async function isKept(request: GateRequest, page: string, form: KeptForm): Promise<boolean> {
  const { draft, session, visitor } = request;
  draft.isUsed = true;
  if (request.standsAside) return false;
  const place = formPlace(page);
  const now = request.services.get(Clock).now();
  keepForm(draft.flashes, place, form, now);
  const hasRoom = await gatehouse.parts.sessions.canKeep(session);
  if (hasRoom && (!visitor.isGuest || mayKeepForGuest(JSON.stringify(form).length, now))) return true;
  dropForm(draft.flashes, place);
  return false;
}

/** Whether a form of a guest may be kept. In a cookie it takes up nobody's room but their own. */
function mayKeepForGuest(size: number, now: number): boolean {
  return gatehouse.parts.store instanceof CookieSessionStore || budget.spend(size, now);
}

/** What cannot be read as a form, such as the JSON of a program, has no fields. */
async function fieldsOf(sent: Request | undefined): Promise<SentField[]> {
  if (!sent) return [];
  return sent.formData().then(
    (form) => gatehouse.parts.forms.fieldsOf(form),
    () => [],
  );
}

/** @returns `undefined` when a middleware of the application's own has read it: nobody can do so twice. */
function copyOf(request: Request): Request | undefined {
  return request.bodyUsed || request.body?.locked ? undefined : request.clone();
}

function isSmallForm({ headers }: Request, mostBytes = MOST_BYTES): boolean {
  const length = Number(headers.get('content-length') ?? Number.NaN);
  return formTypeOf(headers) !== undefined && length <= mostBytes;
}
