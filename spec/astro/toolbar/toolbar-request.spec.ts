import { describe, expect, it } from '@jest/globals';
import { readCommand } from '../../../lib/astro/toolbar/toolbar-request.js';

const viewAs = (parts: Record<string, unknown>) => JSON.stringify({ do: 'view-as', userId: 'ada', ...parts });

describe('A command of the toolbar', () => {
  it('names a user, with each role once', () => {
    expect(readCommand(viewAs({ userId: ' ada ', roles: ['admin', ' admin'], permissions: ['posts:*'] }))).toEqual({
      do: 'view-as',
      userId: 'ada',
      roles: ['admin'],
      permissions: ['posts:*'],
    });
    expect(readCommand('{"do":"guest","userId":"x"}')).toEqual({ do: 'guest' });
  });

  it('may name __proto__ without changing any prototype', () => {
    const odd = readCommand(
      '{"do":"view-as","userId":"__proto__","roles":["__proto__"],"__proto__":{"roles":["admin"]}}',
    );
    expect(odd).toEqual({ do: 'view-as', userId: '__proto__', roles: ['__proto__'], permissions: [] });
  });

  it.each([
    ['an empty body', ''],
    ['invalid JSON', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['an unknown button', '{"do":"destroy-all"}'],
    ['a button named __proto__', '{"do":"__proto__"}'],
    ['no user id', '{"do":"view-as"}'],
    ['an empty user id', viewAs({ userId: '  ' })],
    ['a user id that is not a string', viewAs({ userId: 1 })],
    ['a long user id', viewAs({ userId: 'x'.repeat(257) })],
    ['10,000 roles', viewAs({ roles: Array.from({ length: 10_000 }, (_, at) => `r${at}`) })],
    ['roles that are not a list', viewAs({ roles: 'admin' })],
    ['a role that is not a string', viewAs({ roles: [1] })],
    ['an empty permission', viewAs({ permissions: [''] })],
    ['a body that is too long', viewAs({ more: 'x'.repeat(70_000) })],
  ])('is rejected: %s', (_, text) => {
    expect(readCommand(text)).toEqual({ problem: expect.stringMatching(/\.$/) });
  });
});
