import { describe, expect, it } from '@jest/globals';
import { parse } from 'acorn';
import { staticGuard } from '../../../lib/astro/report/static-guard.js';

const read = (code: string) => staticGuard(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }), code);

describe('The statically read guard of a module', () => {
  it.each<[string, unknown]>([
    [`export const guard = 'public';`, 'public'],
    ['export const guard = `user`;', 'user'],
    [
      `export const guard = ['guest', { role: 'admin', methods: ['GET'] }];`,
      ['guest', { role: 'admin', methods: ['GET'] }],
    ],
    [`export const guard = { 'role': ('a'), enforce: false };`, { role: 'a', enforce: false }],
    [`export const guard = { authenticatedWithin: 15 * 60 };`, { authenticatedWithin: 900 }],
    ['export const guard = { role: undefined };', { role: undefined }],
    [`const role = 'a';\nexport const guard = { role };`, { role: 'a' }],
    [`export const other = 1, guard = 'user';`, 'user'],
  ])('is the value of %s', (code, value) => {
    expect(read(code)).toEqual({ value });
  });

  it.each([
    `export const guard = { allow: (session) => session.plan === 'premium' };`,
    `export const guard = { allow(session) { return true; } };`,
    `import { mayEdit } from './rules.js';\nexport const guard = { allow: mayEdit };`,
  ])('contains a function where the source has one: %s', (code) => {
    expect(read(code)).toEqual({ value: { allow: expect.any(Function) } });
  });

  it.each([
    [`export const guard = roleOf('page');`, `roleOf('page')`],
    [`import { mine } from './guards.js';\nexport const guard = mine;`, 'mine'],
    [`export const guard = { ...base,\n  role: 'a' };`, `{ ...base, role: 'a' }`],
    [`const role = role;\nexport const guard = { role };`, '{ role }'],
    [`let role = 'a';\nexport const guard = { role };`, '{ role }'],
    [`export const guard = \`\${role}\`;`, `\`\${role}\``],
  ])('is only its source where it cannot be evaluated: %s', (code, source) => {
    expect(read(code)).toEqual({ source });
  });

  it.each([
    `const guard = 'user';\nexport { guard };`,
    `const mine = 'user';\nexport { mine as guard };`,
    `export { guard } from './guards.js';`,
    `import { guard } from './guards.js';\nexport { guard };`,
    `export let guard = 'user';`,
    `export var guard = 'user';`,
    'export const { guard } = guards;',
    'export const { admin: guard } = guards;',
    'export const [{ deep: [guard = 1] }, ...others] = guards;',
    'export function guard() {}',
    'export class guard {}',
  ])('is rejected where its export could be overlooked: %s', (code) => {
    expect(read(code)).toEqual({ problem: expect.stringContaining('write "export const guard = …"') });
  });

  it('is truncated where it would fill a table', () => {
    const { source } = read(`export const guard = make('${'x'.repeat(200)}');`) as { source: string };
    expect(source).toMatch(/^make\('x+…$/);
    expect(source).toHaveLength(80);
  });

  it.each([
    '',
    `const guard = 'user';`,
    'export default {};',
    `export const guards = 'user';`,
    'export { x as y };const x = 1;',
  ])('is undefined for %j', (code) => {
    expect(read(code)).toBeUndefined();
  });
});
