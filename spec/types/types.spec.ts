import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { App } from '../support/app.js';
import { APPS } from '../support/packed-package.js';

const ROOT = resolve(import.meta.dirname, '../..');

describe('The types of the packed package', () => {
  it.each([
    ['roles that augment the module', '.'],
    ['roles that App names', 'app'],
  ])('accept what is right and refuse what is expected to be refused, with %s', async (_, folder) => {
    const fixtures = join(APPS, 'types');
    cpSync(join(ROOT, 'spec/fixtures/types'), fixtures, { recursive: true });
    const project = join(fixtures, folder);
    const tsc = promisify(execFile)(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project]);
    const outcome = await tsc.catch((error: { stdout: string }) => error);
    expect(outcome.stdout).toBe('');
  });

  it('are put in place by the integration, so that a project is checked without further ado', async () => {
    const app = App.create('samples/starter', {
      'src/pages/typed.astro': `---
import { CsrfField } from 'astro-gatehouse/components';
import { csrfToken } from 'astro-gatehouse/server';
import { GATEHOUSE_SECRET } from 'astro:env/server';
const secret: string | undefined = GATEHOUSE_SECRET;
const token: string = await csrfToken(Astro);
const visits: number | undefined = Astro.locals.session.get('visits');
const role: boolean = Astro.locals.visitor.hasRole('admin');
// @ts-expect-error visits are counted
Astro.locals.session.set('visits', 'many');
// @ts-expect-error a form is named by its id
CsrfField({ form: 1 });
---
<p>{visits} {role} {token} {secret === undefined}</p>
<form id="f"><CsrfField /><CsrfField form="f" /></form>
`,
    });
    const { code, output } = await app.astro('check');
    app.remove();
    expect(output).toMatch(/- 0 errors/);
    expect(code).toBe(0);
  });
});
