import { describe, expect, it } from '@jest/globals';
import { missingAdapter } from '../../lib/astro/build/project-checks.js';
import { App } from '../support/app.js';
import { type HookedConfig, HookedProject } from '../support/hooked-project.js';

const CONFIG = `
  import { defineConfig } from 'astro/config';
  import gatehouse from 'astro-gatehouse';
  export default defineConfig({ integrations: [gatehouse({ protect: [{ pattern: '/account' }] })] });`;
const FILES = { 'src/pages/index.astro': '<h1>hello</h1>' };
const ON_DEMAND = { 'src/pages/account.astro': '---\nexport const prerender = false;\n---\n<h1>account</h1>' };
const ADVICE = 'Add one with npx astro add node';

describe('A project without an adapter', () => {
  it.each([
    ['static', `${ADVICE}, and write output: 'server' in astro.config.`],
    ['server', `${ADVICE}.`],
  ] as const)('gets the command to run when the output is %s', (output, expected) => {
    const advice = missingAdapter({ adapter: undefined, output });
    expect(advice).toMatch(/^There is no adapter, so no built page can know its visitors/);
    expect(advice?.endsWith(expected)).toBe(true);
  });

  it.each([
    { what: 'that Astro builds', files: FILES, code: 0 },
    { what: 'that Astro does not build', files: { ...FILES, ...ON_DEMAND }, code: 1 },
  ])('gets one warning from a build $what', async ({ files, code }) => {
    const app = App.create(undefined, { ...files, 'astro.config.mjs': CONFIG });
    const built = await app.astro('build');
    app.remove();
    expect(built.code).toBe(code);
    expect(built.output.split(ADVICE)).toHaveLength(2);
    expect(built.output).toContain('astro-gatehouse');
  });

  it('gets no warning from commands that only read', async () => {
    const app = App.create(undefined, { ...FILES, 'astro.config.mjs': CONFIG });
    const { code, output } = await app.gatehouse('routes');
    app.remove();
    expect(code).toBe(0);
    expect(output).toMatch(/^PATH .*everybody/s);
    expect(output).not.toContain('adapter');
  });
});

describe('A project with an adapter', () => {
  it('gets no warning', async () => {
    const built = async (config: HookedConfig) => {
      const project = HookedProject.create({ ...FILES, ...ON_DEMAND }, config);
      const outcome = await project.build({ protect: [{ pattern: '/account' }] });
      project.remove();
      return outcome;
    };
    expect((await built({ adapter: undefined })).output).toContain('There is no adapter');
    const { code, output } = await built({});
    expect(code).toBe(0);
    expect(output).not.toContain('There is no adapter');
  });
});
