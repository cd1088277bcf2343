import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EnvFiles } from '../../../lib/cli/doctor/facts.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-env-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** @param files Name → text. */
function envFiles(files: Record<string, string>, environment: Record<string, string> = {}): EnvFiles {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return new EnvFiles(folder, environment);
}

describe('Environment files', () => {
  it('take precedence from the most specific one on, after the environment', () => {
    const files = { '.env': 'A=1\nB=1\nC=1 # one\nD=', '.env.local': 'B=2', '.env.production': 'C="3"\nA=' };
    const variables = envFiles(files, { B: '4', D: '' });
    expect(['A', 'B', 'C', 'D', 'E'].map((name) => variables.find(name))).toEqual([
      { source: '.env', value: '1' },
      { source: 'the environment', value: '4' },
      { source: '.env.production', value: '3' },
      undefined,
      undefined,
    ]);
  });

  it('are listed when they set a variable', () => {
    const variables = envFiles({ '.env': 'A=1', '.env.local': 'B=1\nA=', '.env.production.local': 'A=2' }, { A: '3' });
    expect(variables.filesWith('A')).toEqual(['.env', '.env.production.local']);
  });

  it('are one file for a Worker, if it exists', () => {
    const variables = envFiles({ '.env': 'A=1\nB=1', '.dev.vars': 'A=2' });
    expect(variables.find('A')).toEqual({ source: '.env', value: '1' });
    const ofWorker = new EnvFiles(folder, {}, '@astrojs/cloudflare');
    expect([ofWorker.find('A'), ofWorker.find('B')]).toEqual([{ source: '.dev.vars', value: '2' }, undefined]);
  });

  it('are optional', () => {
    expect(envFiles({}).find('A')).toBeUndefined();
    expect(envFiles({}, { A: '1' }).find('A')).toEqual({ source: 'the environment', value: '1' });
  });
});
