import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UsageError } from '../../../lib/cli/command-line.js';
import { withServer } from '../../../lib/cli/sessions/server-registry.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-server-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const variables = { find: () => undefined };

describe('The registry of a built server', () => {
  it('is not there without a server, and without a site in it', async () => {
    const asked = () => withServer(folder, variables, async () => 'asked');
    await expect(asked()).rejects.toThrow(UsageError);
    await expect(asked()).rejects.toThrow('It is opened by the built server, which is not in dist/server/entry.mjs');
    mkdirSync(join(folder, 'dist/server'), { recursive: true });
    writeFileSync(join(folder, 'dist/server/entry.mjs'), 'export {};');
    await expect(asked()).rejects.toThrow(UsageError);
  });

  it('is not asked of a Worker, which this process cannot load', async () => {
    mkdirSync(join(folder, 'dist/server'), { recursive: true });
    writeFileSync(join(folder, 'dist/server/entry.mjs'), "import 'cloudflare:workers';");
    const asked = withServer(folder, variables, async () => 'asked');
    await expect(asked).rejects.toThrow(UsageError);
    await expect(asked).rejects.toThrow('npx wrangler d1 execute');
  });
});
