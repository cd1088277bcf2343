import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, type Server } from '../support/app.js';

const PAGE = '---\n---\n<p>page</p>\n';
const DECLARATION = '.astro/integrations/astro-gatehouse/routes.d.ts';

let app: App;
let server: Server;

/** What is only looked at while it is developed: a project without an adapter, and with a prerendered page that a rule names. */
beforeAll(async () => {
  app = App.create(undefined, {
    'astro.config.mjs': `
      import gatehouse from 'astro-gatehouse';
      import { defineConfig } from 'astro/config';
      export default defineConfig({ integrations: [gatehouse({ strict: true, protect: [{ pattern: '/account' }] })] });`,
    'src/pages/index.astro': PAGE,
    'src/pages/account.astro': PAGE,
    'src/pages/admin/users.astro': PAGE,
  });
  server = await app.serveWith('dev');
});
afterAll(async () => {
  await server.stop();
  app.remove();
});

describe('A project without an adapter', () => {
  it('gets a warning when the development server starts', async () => {
    const advice = 'Add one with npx astro add node';
    expect(await server.printed(advice)).toContain(advice);
  });
});

describe('A project whose pages are all prerendered', () => {
  it('gets one warning in development for each page that a rule names', async () => {
    for (const path of ['/', '/account', '/account']) await fetch(server.origin + path);
    const output = await server.printed('/account is prerendered');
    expect(output.match(/is prerendered/g)).toHaveLength(1);
    expect(output).toContain('/account is prerendered, so everybody sees it, in spite of /account (signed in).');
    expect(output).toContain("output: 'server' in astro.config");
  });
});

describe('The routes of a project', () => {
  it('are updated when a page is added or removed in development', async () => {
    const declared = () => readFileSync(join(app.folder, DECLARATION), 'utf8');
    expect(declared()).toContain('"/admin/users"');
    expect(declared()).not.toContain('"/reports"');
    expect(declared()).not.toContain('_gatehouse');
    app.write({ 'src/pages/reports.astro': PAGE });
    await server.until(async () => declared().includes('"/reports"'));
    expect(declared()).toContain('"/admin/users"');
  });
});
