import assert from 'node:assert/strict';
import { SessionId } from '../../session/record/session-id.js';
import type { SessionStore } from '../../session/stores/session-store.js';
import type { Suite } from '../suite.js';

/** Tests stores whose contents can be inspected. */
export function describeDumps<Store extends SessionStore>(
  tests: Suite<Store>,
  dump: (store: Store) => string | Promise<string>,
): void {
  tests.describe('whoever can see what is kept', () => {
    tests.it('sees nothing that could be used as a cookie', async (start) => {
      const app = await start();
      const { token: first, record: opened } = await app.write({ set: { userId: 'ada' } });
      const before = await dump(app.store);
      const { token: second } = await app.write({ opened, id: SessionId.generate() });
      const dumps = [before, await dump(app.store)].join('\n');
      assert.match(dumps, /ada/, 'the dump does not show what the store keeps');
      for (const token of [first, second]) assert.equal(dumps.includes(token), false, 'the dump shows a token');
      const words = new Set(dumps.match(/[\w-]{43,}/g));
      for (const word of words) assert.equal(await app.store.read(word), undefined, 'the dump shows a token');
    });
  });
}
