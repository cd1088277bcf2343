import assert from 'node:assert/strict';
import type { Abilities } from '../abilities.js';
import type { Tests } from '../suite.js';

type Promised = Required<Pick<Abilities, 'endsSessions' | 'losesNothing' | 'listsSessions'>>;

/** Tests that the store declares the abilities it is tested for, because the application relies on the declaration. */
export function describeAbilities(tests: Tests, { endsSessions, losesNothing, listsSessions }: Promised): void {
  tests.describe('what the store says of itself', () => {
    tests.it('is what it is tested for', async (start) => {
      const { abilities } = (await start()).store;
      assert.equal(abilities.endsSessions, endsSessions, 'abilities.endsSessions');
      assert.equal(abilities.listsSessions, listsSessions, 'abilities.listsSessions');
      assert.equal(abilities.consistency === 'strong', losesNothing, `abilities.consistency: ${abilities.consistency}`);
    });
  });
}
