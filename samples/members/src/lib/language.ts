import { de } from './de';
import { en } from './en';

export type Locale = 'en' | 'de';

const TEXTS = { en, de };
const BASE = import.meta.env.BASE_URL.replace(/\/$/, '');

/** What the club says in one language, and where its pages are. */
export function speak(locale: string | null | undefined) {
  const language: Locale = locale === 'de' ? 'de' : 'en';
  return { locale: language, t: TEXTS[language], to: (path: string) => pathIn(language, path) };
}

/** An address of this site as the browser is to see it: with its base, and in a language. @param path `/members` */
export function pathIn(locale: Locale, path: string): string {
  const prefix = locale === 'de' ? '/de' : '';
  return BASE + (prefix + path).replace(/\/$/, '') || '/';
}

/** The language that an address is in. */
export function localeOf(pathname: string): Locale {
  return /^\/de(?:\/|$)/.test(withoutBase(pathname)) ? 'de' : 'en';
}

/** The same address in another language; its query stays as it is. */
export function translated(address: string, locale: Locale): string {
  const [, pathname = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(address) ?? [];
  return pathIn(locale, withoutBase(pathname).replace(/^\/de(?=\/|$)/, '') || '/') + rest;
}

/** Astro serves a page without the base in its address, too. */
function withoutBase(pathname: string): string {
  return pathname.startsWith(`${BASE}/`) || pathname === BASE ? pathname.slice(BASE.length) : pathname;
}
