import { describe, expect, it } from '@jest/globals';
import { AccountCookies } from '../../../lib/session/cookies/account-cookies.js';
import { SessionConfig } from '../../../lib/session/session-config.js';
import { FakeCookieJar } from '../../support/fake-cookie-jar.js';

const configOf = (maxAccounts?: number) => SessionConfig.from({ maxAccounts }, { isProduction: true });
const cookies = new AccountCookies(configOf(3));
const HOME = '__Host-gatehouse';
const ATTRIBUTES = { ...configOf().cookie, maxAge: 60 };
const carrying = (carried: Record<string, string>) =>
  new FakeCookieJar(new Map(Object.entries(carried).map(([name, value]) => [name, [value]])));

describe('The cookies of several accounts', () => {
  it('are those of one without the option, whatever the request carries', () => {
    const off = new AccountCookies(configOf());
    const jar = carrying({ [`${HOME}-account`]: '2' });
    expect([off.isOn, off.currentIn(jar), off.ofCurrent(jar)]).toEqual([false, 1, jar]);
  });

  it('are those of the first account until another is selected, and again later', () => {
    const jar = new FakeCookieJar();
    expect(cookies.numbersEver).toEqual([1, 2, 3, 4, 5]);
    expect([cookies.numbers, cookies.currentIn(jar), cookies.ofCurrent(jar)]).toEqual([[1, 2, 3], 1, jar]);
    cookies.select(jar, 3);
    expect(jar.answered(`${HOME}-account`)?.attributes).toMatchObject({ ...configOf().cookie, maxAge: 180 * 86_400 });
    const next = jar.next();
    expect(cookies.currentIn(next)).toBe(3);
    cookies.select(next, 1);
    expect(next.next().names).toEqual([]);
  });

  it.each(['0', '4', '02', ' 2', '2~x', 'length'])('are those of the first account for the number "%s"', (value) => {
    expect(cookies.currentIn(carrying({ [`${HOME}-account`]: value }))).toBe(1);
  });

  it('have names of their own for each account, which sessions do not see', () => {
    const jar = carrying({ [HOME]: 'first', [`${HOME}-2`]: 'second', [`${HOME}-2~apart`]: 'new', gatehouse: 'former' });
    const second = cookies.of(jar, 2);
    expect(second.values(HOME)).toEqual(['second']);
    expect(second.named(HOME, '~')).toEqual([
      { name: HOME, value: 'second' },
      { name: `${HOME}~apart`, value: 'new' },
    ]);
    expect(second.named('gatehouse', '~')).toEqual([]);
    expect(jar.named(HOME, '~')).toEqual([{ name: HOME, value: 'first' }]);
    const current = carrying({ [`${HOME}-account`]: '2' });
    expect([cookies.nameIn(current, `${HOME}~apart`), cookies.nameIn(jar, HOME)]).toEqual([`${HOME}-2~apart`, HOME]);
    second.set(`${HOME}~apart`, '', { ...ATTRIBUTES, maxAge: 0 });
    second.set(HOME, 'changed', ATTRIBUTES);
    const next = jar.next();
    expect([next.values(HOME), next.values(`${HOME}-2`), next.values(`${HOME}-2~apart`)]).toEqual([
      ['first'],
      ['changed'],
      [],
    ]);
  });

  it('are withheld, and removed from other places, like those of the first account', () => {
    const removed: string[] = [];
    class Watched extends FakeCookieJar {
      override withholds(sameSite: string): boolean {
        return sameSite === 'strict';
      }
      override removeElsewhere(name: string): void {
        removed.push(name);
      }
    }
    const unseen = new Watched();
    cookies.selectUnseen(unseen);
    expect(unseen.size).toBe(0);
    const strict = new AccountCookies(
      SessionConfig.from({ maxAccounts: 3, cookie: { sameSite: 'strict' } }, { isProduction: true }),
    );
    strict.selectUnseen(unseen);
    expect(unseen.answered(`${HOME}-account`)?.attributes).toMatchObject({ maxAge: 0 });
    const third = cookies.of(new Watched(), 3);
    third.removeElsewhere(HOME, ATTRIBUTES);
    expect([third.withholds('strict'), third.withholds('lax'), removed]).toEqual([true, false, [`${HOME}-3`]]);
  });
});
