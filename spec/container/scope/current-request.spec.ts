import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { currentRequest } from '../../../lib/container/scope/current-request.js';
import { requestOf } from '../../../lib/container/scope/request-scope.js';
import { fakeScope } from '../../../lib/testing/index.js';

const requestOfUser = (userId: string) => requestOf(fakeScope({ user: { userId } }));
const fail = (error: unknown) => {
  throw error;
};

describe('The current request', () => {
  afterEach(() => currentRequest.use({}));

  it('is that of the code that runs, and of what this code waits for', async () => {
    const [ada, bob] = ['ada', 'bob'].map(requestOfUser);
    const name = async () => {
      await Promise.resolve();
      return currentRequest.scope?.visitor.id;
    };
    const names = [ada, bob].map((request) => request && currentRequest.enter(request, name));
    expect(await Promise.all(names)).toEqual(['ada', 'bob']);
    expect(currentRequest.scope).toBeUndefined();
  });

  it('is known by identity, so that a rewrite can be told from another request', () => {
    const [ada, bob] = ['ada', 'bob'].map(requestOfUser);
    const asked = ada && currentRequest.enter(ada, () => [ada, bob].map((each) => each && currentRequest.is(each)));
    expect(asked).toEqual([true, false]);
  });

  it('is put into the context of the application, and read from there', async () => {
    const request = requestOfUser('ada');
    const own: unknown[] = [];
    currentRequest.use({
      runWithContext: (scope, run) => {
        own.push(scope);
        return run();
      },
      getContextStore: () => own.at(-1),
    });
    expect(await currentRequest.run(request, () => currentRequest.scope?.visitor.id, fail)).toBe('ada');
    expect(own).toEqual([request.scope]);
  });

  it('is answered although the application forgets to return the answer', async () => {
    currentRequest.use({
      runWithContext: ((_scope: unknown, run: () => unknown) => void run()) as never,
      getContextStore: () => undefined,
    });
    expect(await currentRequest.run(requestOfUser('ada'), () => 'answer', fail)).toBe('answer');
  });

  it('says once that nobody waits for a promise of the application', () => {
    const log = jest.spyOn(console, 'error').mockImplementation(() => {});
    const request = requestOfUser('ada');
    currentRequest.use({ setContextStore: (async () => {}) as never, getContextStore: () => undefined });
    for (let time = 0; time < 2; time++) currentRequest.run(request, () => 'answer', fail);
    expect(log.mock.calls).toEqual([[expect.stringContaining('setContextStore returned a promise')]]);
    log.mockRestore();
  });
});
