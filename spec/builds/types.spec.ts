import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { App } from '../support/app.js';
import { APPS } from '../support/packed-package.js';

const ROOT = resolve(import.meta.dirname, '../..');

describe('The types of the packed package', () => {
  /** What the compiler says, in the order of the two projects: of a file, or of something else. */
  let complaints: string[];

  beforeAll(async () => {
    const fixtures = join(APPS, 'types');
    cpSync(join(ROOT, 'spec/fixtures/types'), fixtures, { recursive: true });
    // In one process, which reads the types of all packages once for both.
    const compiler = [join(ROOT, 'node_modules/typescript/bin/tsc'), '--build', '--force', '.', 'app'];
    const tsc = promisify(execFile)(process.execPath, compiler, { cwd: fixtures });
    const { stdout } = await tsc.catch((error: { stdout: string }) => error);
    complaints = stdout.split(/\n(?=\S)|\n$/).filter((complaint) => complaint !== '');
  });

  it.each([
    ['roles that augment the module', /^app\/[\w.]+\(/],
    ['roles that App names', /^[\w.]+\(/],
  ])('accept valid code and reject invalid code, with %s', (_, ofOther) => {
    expect(complaints.filter((complaint) => !ofOther.test(complaint))).toEqual([]);
  });

  it('are set up by the integration, so that a project needs no further configuration', async () => {
    const app = App.create('samples/starter', {
      'src/pages/typed.astro': `---
import { Can, CsrfField, Flash, SignedIn, SignedOut } from 'astro-gatehouse/components';
import { can, csrfToken, flashMessages } from 'astro-gatehouse/server';
import { GATEHOUSE_SECRET } from 'astro:env/server';
const secret: string | undefined = GATEHOUSE_SECRET;
const token: string = await csrfToken(Astro);
const visits: number | undefined = Astro.locals.session.get('visits');
const role: boolean = Astro.locals.visitor.hasRole('admin');
const mayEdit: boolean = await can({ role: 'admin' }, Astro);
const texts: string[] = flashMessages(Astro, ['notice']).map(({ text }) => text);
// @ts-expect-error no such role
Can({ role: 'adminn' });
// @ts-expect-error no such permission
Can({ permissions: ['posts:delete'] });
// @ts-expect-error no such requirement
Can({ rol: 'admin' });
// @ts-expect-error keys are a list
Flash({ keys: 'notice' });
// @ts-expect-error visits are counted
Astro.locals.session.set('visits', 'many');
// @ts-expect-error a form is named by its id
CsrfField({ form: 1 });
---
<p>{visits} {role} {token} {secret === undefined}</p>
<form id="f"><CsrfField /><CsrfField form="f" /></form>
<Can><p>{mayEdit}</p></Can>
<Can role="admin" permissions={['report:read']} allow={async (session, { url }) => session?.userId === url.hash}>
  <p>{texts}</p>
  <Fragment slot="otherwise"><a href="/login">Sign in</a></Fragment>
</Can>
{/* @ts-expect-error no such role */}
<Can role="adminn">x</Can>
<SignedIn><p>in</p></SignedIn><SignedOut>out</SignedOut><SignedIn />
<Flash />
<Flash keys={['notice']} class="toast" data-test />
<Flash>{({ key, text }) => <p class={key}>{text.trim()}</p>}</Flash>
<style>p { color: red }</style>
`,
    });
    const { code, output } = await app.astro('check');
    app.remove();
    expect(output).toMatch(/- 0 errors/);
    expect(code).toBe(0);
  });
});
