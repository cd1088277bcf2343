import type { APIContext } from 'astro';
import type { Promised } from '../../base/promised.js';
import type { ScopedRequest } from '../../container/scope/request-scope.js';
import { registryOf, type Services } from '../../container/services.js';
import { bodyIsStreamedPage } from '../request/answer.js';
import { requestIn } from '../request/locals.js';
import { rendersErrorPage } from '../start/current-routes.js';
import { gatehouse } from '../start/started.js';

/** Milliseconds after which no error page replaces an answer any more, where none is to be expected. */
const NO_ERROR_PAGE = 1_000;
/**
 * Milliseconds after which a project's error page is not waited for any longer: it may be loaded only then, and code of
 * the project's own may have answered in its place.
 */
const ERROR_PAGE_BEGINS = 20_000;

/** Requests that are being answered. Rewrites run within them. */
const UNDER_WAY = new WeakSet<object>();
/** Failed requests, each with the timer that ends its services unless an error page is rendered. */
const FAILED = new WeakMap<
  object,
  { readonly request: ScopedRequest | undefined; readonly timer: ReturnType<typeof setTimeout> }
>();

/**
 * Disposes of the services of a request after its answer has been sent completely, or was aborted. If an error page is
 * rendered for the same request, they are disposed of after that.
 */
export function endingServices<Answer extends Response | undefined>(
  services: Services,
  context: APIContext,
  answer: () => Promised<Answer>,
): Promised<Answer | Response> {
  const hasNone = registryOf(services).endedByRequests.length === 0;
  return hasNone || UNDER_WAY.has(context.locals) ? answer() : answerAndEnd(context, answer);
}

async function answerAndEnd<Answer extends Response | undefined>(
  context: APIContext,
  answer: () => Promised<Answer>,
): Promise<Answer | Response> {
  const { locals } = context;
  UNDER_WAY.add(locals);
  const { request: failed, timer } = FAILED.get(locals) ?? {};
  clearTimeout(timer);
  const end = () => void endServices(context, failed);
  const mayEnd = () => requestIn(locals)?.mayEnd === true || failed?.mayEnd === true;
  const endUnlessMore = (isErrorPageNext: boolean) => {
    if (!mayEnd()) return;
    // An error page that fails itself is rendered once more, immediately and without middlewares.
    const isAwaited = isErrorPageNext && !failed;
    const timer = setTimeout(end, isAwaited ? ERROR_PAGE_BEGINS : NO_ERROR_PAGE);
    FAILED.set(locals, { request: requestIn(locals), timer });
  };
  let response: Answer;
  try {
    response = await answer();
  } catch (error) {
    endUnlessMore(rendersErrorPage(500));
    throw error;
  } finally {
    UNDER_WAY.delete(locals);
  }
  if (response === undefined) return response;
  // Components of a page may get a service while the page is sent.
  const isForPage = requestIn(locals)?.isForPage === true;
  if (!bodyIsStreamedPage(response, isForPage) && !mayEnd()) return response;
  const { status } = response;
  // What an endpoint answers is not replaced, unless a middleware has answered for it. In a pipeline of the application's
  // own, the error page gets new locals, if there is one.
  const isReplaced = isForPage && !gatehouse.site.hasOwnPipeline;
  if (response.body === null && (status === 404 || status === 500))
    endUnlessMore(isReplaced && rendersErrorPage(status));
  // The body of an answer to HEAD is not read.
  else if (response.body === null || context.request.method === 'HEAD') end();
  else return whenSent(response, end);
  return response;
}

/** @param failed The request whose answer an error page replaces: a prerendered one, in development, has its own. */
async function endServices({ locals }: APIContext, failed: ScopedRequest | undefined): Promise<void> {
  const requests = new Set([requestIn(locals), failed]);
  const ending = Promise.all([...requests].map((request) => request?.services.dispose()));
  // Some hosts stop work that continues after an answer unless they are notified.
  const { cfContext } = locals as { cfContext?: { waitUntil?(promise: Promise<unknown>): void } };
  cfContext?.waitUntil?.(ending);
  await ending;
}

/** Returns the same answer, and runs a function when its body ends, fails, or is cancelled. */
export function whenSent(response: Response, act: () => void): Response {
  const reader = response.body?.getReader();
  if (!reader) {
    act();
    return response;
  }
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
          controller.close();
          act();
        } catch (error) {
          act();
          throw error;
        }
      },
      async cancel(reason) {
        act();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, response);
}
