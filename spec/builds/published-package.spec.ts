import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { App, freePort, SECRET } from '../support/app.js';
import { TARBALL } from '../support/packed-package.js';

const ROOT = resolve(import.meta.dirname, '../..');
const CHECK = join(ROOT, 'scripts/check-publishing.mjs');
const KIB = 1024;

function run(...args: string[]): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CHECK, ...args], { encoding: 'utf8' });
  return { code: status, output: stdout + stderr };
}

describe('The check before publishing', () => {
  const FILLED = {
    repository: { type: 'git', url: 'git+https://github.com/gates/astro-gatehouse.git' },
    homepage: 'https://gatehouse.example',
    bugs: { url: 'https://github.com/gates/astro-gatehouse/issues' },
  };
  let folder: string;
  const write = (manifest: object, readme: string) => {
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'README.md'), readme);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-publishing-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('names every placeholder, and only stops npm publish', () => {
    const placeholder = { url: 'https://placeholder.example/x' };
    write(
      { ...FILLED, repository: placeholder, homepage: placeholder.url, bugs: placeholder, funding: placeholder },
      '',
    );
    const { code, output } = run(folder);
    expect(code).toBe(0);
    expect([...output.matchAll(/"(\w+)" is a placeholder/g)].map(([, name]) => name)).toEqual([
      'repository',
      'homepage',
      'bugs',
      'funding',
    ]);
    expect(output).toContain('The check passes all the same');
    expect(run(folder, '--publish').code).toBe(1);
  });

  it('names a field that is missing, except funding', () => {
    write({ repository: FILLED.repository, homepage: FILLED.homepage }, '');
    expect(run(folder).output).toContain('"bugs" is a placeholder');
    expect(run(folder).output).not.toContain('funding');
  });

  it('names a picture that registries would not show, with its address', () => {
    const other = '![Other](https://elsewhere.example/other.png)';
    write(FILLED, `![The start](docs/images/start.png) ${other} [a link](docs/api.md)`);
    const { code, output } = run(folder, '--publish');
    expect([code, output.match(/the picture/g)]).toEqual([1, ['the picture']]);
    expect(output).toContain('https://raw.githubusercontent.com/gates/astro-gatehouse/HEAD/docs/images/start.png');
  });

  it('is silent when nothing is left', () => {
    write(
      { ...FILLED, funding: 'https://gatehouse.example/funding' },
      '![The start](https://gatehouse.example/start.png)',
    );
    expect(run(folder, '--publish')).toEqual({ code: 0, output: '' });
  });

  it('is run by npm publish', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(scripts.prepublishOnly).toBe('node scripts/check-publishing.mjs --publish');
  });
});

describe('The packed package', () => {
  it('stays below 1.5 MiB and 2,300 files', () => {
    const { stdout } = spawnSync('tar', ['-tzf', TARBALL], { encoding: 'utf8', maxBuffer: 1e8 });
    const files = stdout.trim().split('\n').length;
    expect([files, files < 2_300]).toEqual([files, true]);
    expect(Math.round(statSync(TARBALL).size / KIB)).toBeLessThan(1_536);
  });

  it('has comments in its declarations, and none in its JavaScript, which becomes part of sites', () => {
    const read = (ending: string) => {
      const { stdout } = spawnSync('tar', ['-xzOf', TARBALL, `package/dist/session/session.${ending}`], {
        encoding: 'utf8',
      });
      return stdout;
    };
    expect([read('js').includes('/**'), read('d.ts').includes('/**')]).toEqual([false, true]);
  });
});

/** Adds up the JavaScript that a process reads from files, also that of packages outside the bundle, and tells the sum. */
const COUNTING = `
  import { readFileSync } from 'node:fs';
  import { createServer } from 'node:http';
  import { registerHooks } from 'node:module';
  import { fileURLToPath } from 'node:url';
  let read = 0;
  registerHooks({
    load(url, context, nextLoad) {
      if (url.startsWith('file:')) read += readFileSync(fileURLToPath(url)).length;
      return nextLoad(url, context);
    },
  });
  createServer((_, response) => response.end(String(read))).listen(process.env.COUNT_PORT, '127.0.0.1');`;

describe('The JavaScript that a built starter reads until its first response', () => {
  const apps: App[] = [];
  afterAll(() => {
    for (const app of apps) app.remove();
  });

  /** @returns KiB. */
  async function readBy(app: App): Promise<number> {
    apps.push(app);
    await app.build();
    app.write({ 'count.mjs': COUNTING });
    const count = String(await freePort());
    const command = [process.execPath, '--import', './count.mjs', './dist/server/entry.mjs'];
    const server = await app.serveBy(command, { GATEHOUSE_SECRET: SECRET, COUNT_PORT: count });
    const { status } = await fetch(server.origin);
    const sum = await (await fetch(`http://127.0.0.1:${count}`)).text();
    await server.stop();
    expect(status).toBe(200);
    return Number(sum) / KIB;
  }

  /** The layout and the first page of the starter, without the package. */
  function plainStarter(): App {
    const app = App.create('samples/starter');
    for (const path of ['src/pages', 'src/lib']) rmSync(join(app.folder, path), { recursive: true });
    app.write({
      'astro.config.mjs': `
        import node from '@astrojs/node';
        import { defineConfig } from 'astro/config';
        export default defineConfig({ output: 'server', adapter: node({ mode: 'standalone' }) });`,
      'src/pages/index.astro': `
        ---
        import Page from '../layouts/Page.astro';
        ---
        <Page title="Home"><h1>Somebody is at the gate.</h1></Page>`
        .replaceAll(/^ {8}/gm, '')
        .trimStart(),
    });
    app.rewrite('src/layouts/Page.astro', (text) =>
      text
        .replaceAll(/^import .* from 'astro-gatehouse.*\n/gm, '')
        .replace('currentUser()', 'null')
        .replace("hasRole('admin')", 'false')
        .replace('<Flash />', ''),
    );
    return app;
  }

  it('is at most 150 KiB more than without the package, and what docs/performance.md says', async () => {
    const over = (await readBy(App.create('samples/starter'))) - (await readBy(plainStarter()));
    expect(over).toBeLessThan(150);
    const page = readFileSync(join(ROOT, 'docs/performance.md'), 'utf8');
    const [, documented] = /the starter reads (\d+) KiB more/.exec(page) ?? [];
    expect(Math.abs(over - Number(documented))).toBeLessThan(30);
  });
});
