import type { APIContext } from 'astro';
import type { Promised } from '../../base/promised.js';
import { registryOf, type Services } from '../../container/services.js';
import { bodyIsStreamedPage } from '../request/answer.js';
import { requestIn } from '../request/locals.js';

/** Milliseconds within which Astro begins to render the error page that replaces an answer. */
const ERROR_PAGE_BEGINS = 1_000;

/** Requests that are being answered. Rewrites run within them. */
const UNDER_WAY = new WeakSet<object>();
/** Number of answers to a request: a second one is an error page. */
const ANSWERS = new WeakMap<object, number>();

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
  const count = (ANSWERS.get(locals) ?? 0) + 1;
  ANSWERS.set(locals, count);
  const end = () => void endServices(context);
  const endUnlessMore = () => {
    setTimeout(() => {
      if (ANSWERS.get(locals) === count) end();
    }, ERROR_PAGE_BEGINS);
  };
  let response: Answer;
  try {
    response = await answer();
  } catch (error) {
    endUnlessMore();
    throw error;
  } finally {
    UNDER_WAY.delete(locals);
  }
  if (response === undefined) return response;
  // Components of a page may get a service while the page is sent.
  const request = requestIn(locals);
  if (!bodyIsStreamedPage(response, request?.isForPage === true) && !request?.mayEnd) return response;
  if (response.body === null && (response.status === 404 || response.status === 500)) endUnlessMore();
  // The body of an answer to HEAD is not read.
  else if (response.body === null || context.request.method === 'HEAD') end();
  else return whenSent(response, end);
  return response;
}

async function endServices({ locals }: APIContext): Promise<void> {
  const ending = requestIn(locals)?.services.dispose() ?? Promise.resolve();
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
