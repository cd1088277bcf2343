import type { Site } from './guarded-site.js';

const HOME = ['index', 'login'];

const MANY_PAGES = {
  pages: [
    ...HOME,
    'Secret',
    'admin/files/[...slug]',
    'admin/index',
    'admin/island',
    'admin/users/[id]',
    'admin/users/index',
    'annual report/[year]',
    'blog/[slug]',
    'blog/[slug]/edit',
    'café',
    'dashboard',
    'docs/[slug]',
    'info',
    'members/[...path]',
    'public/[...slug]',
    'public/info',
    'staff/[id]',
    'über/[id]',
    '管理',
  ],
  endpoints: ['.well-known/thing', 'api/admin/delete', 'api/health'],
};

const LOCALES = { locales: ['en', 'fr'], defaultLocale: 'en' };

export const PLAIN: Site = {
  name: 'plain',
  ...MANY_PAGES,
  options: { redirects: { '/old-admin': '/admin' } },
};
export const BASE: Site = { name: 'base', ...MANY_PAGES, options: { base: '/app' } };
export const BASE_ALWAYS: Site = {
  name: 'base-always',
  ...MANY_PAGES,
  options: { base: '/app', trailingSlash: 'always' },
};
export const ALWAYS: Site = { name: 'always', ...MANY_PAGES, options: { trailingSlash: 'always' } };
export const NEVER: Site = { name: 'never', ...MANY_PAGES, options: { trailingSlash: 'never' } };
export const FORMAT_FILE: Site = { name: 'format-file', ...MANY_PAGES, options: { build: { format: 'file' } } };

/** A catch-all at the root, as a content management system has it. */
export const CMS: Site = { name: 'cms', pages: [...HOME, '[...slug]', 'members/[...path]'] };
export const ADMIN_CATCH_ALL: Site = { name: 'admin-catch-all', pages: [...HOME, 'admin/index', 'admin/[...slug]'] };

export const I18N_FALLBACK: Site = {
  name: 'i18n-fallback',
  pages: [
    ...HOME,
    'about',
    'admin/files/[...slug]',
    'admin/index',
    'admin/users/[id]',
    'dashboard',
    'fr/about',
    'public/info',
  ],
  options: {
    i18n: {
      ...LOCALES,
      fallback: { fr: 'en' },
      routing: { prefixDefaultLocale: false, fallbackType: 'rewrite' },
    },
  },
};
export const I18N_PREFIX: Site = {
  name: 'i18n-prefix',
  pages: [...HOME, '[lang]/account', '[lang]/about', 'en/index', 'fr/index'],
  options: { i18n: { ...LOCALES, routing: { prefixDefaultLocale: true } } },
};
export const I18N_DOMAINS: Site = {
  name: 'i18n-domains',
  pages: [...HOME, '[lang]/account', 'about', 'admin', 'fr/about', 'fr/admin'],
  options: {
    site: 'http://example.test',
    server: { allowedHosts: true },
    security: { allowedDomains: [{ hostname: '**.example.test' }, { hostname: 'example.test' }] },
    i18n: {
      ...LOCALES,
      routing: { prefixDefaultLocale: false },
      domains: { fr: 'http://fr.example.test' },
    },
  },
};
