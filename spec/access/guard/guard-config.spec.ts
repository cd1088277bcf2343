import { describe, expect, it } from '@jest/globals';
import { GuardConfig } from '../../../lib/access/guard/guard-config.js';
import { InvalidOptionsError } from '../../../lib/errors/index.js';

const METHODS = ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'QUERY'];

describe('The guard options', () => {
  it('protect nothing by default', () => {
    expect(new GuardConfig()).toMatchObject({
      protect: [],
      loginPath: '/login',
      homePath: '/',
      forbiddenPath: undefined,
      globalProtect: false,
      debug: false,
      base: '',
    });
  });

  it('exclude the listed patterns', () => {
    const config = new GuardConfig({ exclude: ['/public/**', '/about'] });
    const paths = ['/public', '/public/a/b', '/about/', '/about/us', '/publicity'];
    expect(paths.filter((path) => config.isExcluded(path, 'GET'))).toEqual(['/public', '/public/a/b', '/about/']);
    expect(new GuardConfig().isExcluded('/', 'GET')).toBe(false);
  });

  it('exclude patterns for some methods only', () => {
    const hooks = { pattern: '/hooks/**', methods: ['POST'] };
    const config = new GuardConfig({ exclude: [hooks, { pattern: '/feed', methods: ['GET'] }, '/hooks/ping'] });
    const excludes = (path: string) => METHODS.filter((method) => config.isExcluded(path, method));
    expect(excludes('/hooks/a')).toEqual(['POST']);
    expect(excludes('/feed')).toEqual(['GET', 'HEAD']);
    expect(excludes('/hooks/ping')).toEqual(METHODS);
    const globally = new GuardConfig({ exclude: [hooks, { pattern: '/feed', methods: ['GET'] }], globalProtect: true });
    expect([globally.globalProtectOver('/hooks/a'), globally.globalProtectOver('/feed')]).toEqual([
      'globalProtect',
      undefined,
    ]);
  });

  it('reject a pattern that can never match', () => {
    expect(() => new GuardConfig({ exclude: ['public'] })).toThrow(InvalidOptionsError);
  });

  it.each([
    ['/login', '', undefined, '/login'],
    ['/login', '/app', 'ignore', '/app/login'],
    ['/login', '/app/', 'ignore', '/app/login'],
    ['/login', '/', 'always', '/login/'],
    ['/login/', '/', 'always', '/login/'],
    ['/login?a=b#c', '/app', 'always', '/app/login/?a=b#c'],
    ['/login/?a=/', '/', 'never', '/login?a=/'],
    ['/', '/app', 'never', '/app'],
    ['/', '/', 'never', '/'],
    ['/', '', 'always', '/'],
    ['https://sso.example/login', '/app', 'always', 'https://sso.example/login'],
  ])('turn %s below "%s" with trailingSlash %s into the location %s', (path, base, trailingSlash, location) => {
    const site = trailingSlash === undefined ? { base } : { base, trailingSlash };
    expect(new GuardConfig({}, site).toLocation(path)).toBe(location);
  });

  it('exclude no path that would take too long to match', () => {
    const exclude = Array.from({ length: 200 }, (_, at) => `/**/a${at}/**/z`);
    const config = new GuardConfig({ globalProtect: true, exclude });
    const path = `/${Array.from({ length: 200 }, (_, at) => `a${at}`).join('/')}`;
    expect(config.isExcluded('/a1/z', 'GET')).toBe(true);
    expect(config.isExcluded(`${path}/z`, 'GET')).toBe(false);
    expect(config.globalProtectOver(`${path}/z`)).toBe('globalProtect');
  });

  it.each([
    ['/home?a=/app', '/app', '/app/home?a=/app'],
    ['/', '/app/', '/app/'],
    ['/app', '/app', '/app'],
    ['/app?x', '/app', '/app?x'],
    ['/app/home', '/app', '/app/home'],
    ['/apple', '/app', '/app/apple'],
    ['/home', '/', '/home'],
    ['https://sso.example/app', '/app', 'https://sso.example/app'],
  ])('put %s below the base "%s" as %s', (path, base, location) => {
    expect(new GuardConfig({}, { base }).withBase(path)).toBe(location);
  });
});
