import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeSessionStore } from 'astro-gatehouse/testing';
import { FileSessionStore } from '../src/file-session-store.ts';

describeSessionStore(
  'Sessions in files',
  ({ clock }) => new FileSessionStore(mkdtempSync(join(tmpdir(), 'sessions-')), clock),
  {
    dump: ({ folder }) =>
      readdirSync(folder)
        .map((name) => name + readFileSync(join(folder, name), 'utf8'))
        .join('\n'),
    close: ({ folder }) => rmSync(folder, { recursive: true }),
  },
);
