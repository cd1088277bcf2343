import { ActionError, getActionContext } from 'astro:actions';
import type { APIContext } from 'astro';
import { TOKEN_FIELD } from '../../access/csrf/csrf-guard.js';
import { formTypeOf } from '../../access/csrf/form-field.js';
import type { SentField } from '../../access/forms/form-config.js';
import {
  dropForm,
  FormBudget,
  isMeantFor,
  type KeptForm,
  keepForm,
  openResult,
  sealResult,
  takeForm,
} from '../../access/forms/kept-form.js';
import { redirectTo } from '../../access/refusal/refusal.js';
import { Clock } from '../../base/clock.js';
import type { Promised } from '../../base/promised.js';
import type { ScopedRequest } from '../../container/scope/request-scope.js';
import { Secrets } from '../../session/cookies/secrets.js';
import { CookieSessionStore } from '../../session/stores/cookie-session-store.js';
import { SessionStore } from '../../session/stores/session-store.js';
import type { GateRequest } from '../request/gate-request.js';
import type { RoutedRequest } from '../request/routed-request.js';
import { gatehouse } from '../start/started.js';
import { formPage, formPlace } from './form-page.js';
import { nextPageOf } from './go-to.js';

/** Maximum size of a refused form that is kept, in bytes. It is read into memory, and its sender may be anybody. */
const MOST_BYTES = 128 * 1024;
/** Errors after which Astro may not have read the body, which may then be of any size. */
const UNREAD: ReadonlySet<string> = new Set(['CONTENT_TOO_LARGE', 'NOT_FOUND', 'UNSUPPORTED_MEDIA_TYPE']);
/** Maximum size of such a form whose input is kept, in bytes: Astro's own default limit. */
const MOST_UNREAD = 1024 * 1024;

const budget = new FormBudget();

const STALE = { [TOKEN_FIELD]: ['This form was out of date. Please send it once more.'] };

/**
 * Handles forms where `forms` is on. Runs the action that a form calls, and redirects the browser to the page, which
 * then gets the result, and the input if the action failed.
 *
 * @returns The answer; `undefined` when the page must answer, which gets the result too. The latter also happens when
 *   the session cannot keep the result: a page that is posted again on reload is better than lost input.
 */
export function answerForm(request: GateRequest, context: APIContext): Promised<Response | undefined> {
  // A page that explains a refusal leaves the form to the page that was opened, for when it may be.
  if (!gatehouse.parts.forms.isOn || request.rendersRefusal) return undefined;
  if (context.request.method === 'POST') return runAction(request, context);
  return showKeptForm(request, context).then(() => undefined);
}

async function runAction(request: GateRequest, context: APIContext): Promise<Response | undefined> {
  const { action, setActionResult, serializeActionResult } = getActionContext(context);
  if (action?.calledFrom !== 'form' || request.guarded?.isEndpoint) return undefined;
  const sent = copyOf(context.request);
  const sender = request.visitor.id;
  // If anything throws from here on, Astro renders its error page with the same request, which must not run the action
  // again.
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
  // If it were kept for a page that guests may not see, the next user who signs in would get it.
  const isLost =
    isFarewell && request.guarded && !(await gatehouse.parts.guard.admits(request.guarded, request.visitor));
  if (page !== undefined && (isLost || (await isKept(request, page, await sealed(form, request))))) {
    return redirectTo(page, 'POST');
  }
  request.keptForm = form;
  return undefined;
}

/**
 * Returns the form as it may be kept in the store. The cookie store seals whole records, so only others need the result
 * sealed.
 */
async function sealed(form: KeptForm, request: ScopedRequest): Promise<KeptForm> {
  return request.services.get(SessionStore) instanceof CookieSessionStore
    ? form
    : sealResult(form, request.services.get(Secrets));
}

/** Makes the result of a submitted form available to its page. */
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
 * Keeps the input of a form that is refused because the visitor must sign in first. The page to which they return shows
 * it again.
 *
 * @returns The refusal.
 */
export function keepRefusedForm(request: GateRequest, context: APIContext, refusal: Response): Promised<Response> {
  // Reading the visitor makes the answer personal, so it happens only for redirects.
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
 * Returns a form to its page when its token belongs to another session, for example because the session has expired.
 * The page shows the input again, with a new token.
 *
 * @returns The refusal, when nothing of the form can be kept.
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

/** Checks whether a guest's form may be kept. In a cookie it uses no space on the server. */
function mayKeepForGuest(size: number, now: number): boolean {
  return gatehouse.parts.store instanceof CookieSessionStore || budget.spend(size, now);
}

/** Returns the fields of a form. A body that is not a form, such as JSON, has none. */
async function fieldsOf(sent: Request | undefined): Promise<SentField[]> {
  if (!sent) return [];
  return sent.formData().then(
    (form) => gatehouse.parts.forms.fieldsOf(form),
    () => [],
  );
}

/** @returns `undefined` when a middleware of the application has read the body, because it can be read only once. */
function copyOf(request: Request): Request | undefined {
  return request.bodyUsed || request.body?.locked ? undefined : request.clone();
}

function isSmallForm({ headers }: Request, mostBytes = MOST_BYTES): boolean {
  const length = Number(headers.get('content-length') ?? Number.NaN);
  return formTypeOf(headers) !== undefined && length <= mostBytes;
}
