import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readCommandLine, UsageError } from '../../lib/cli/command-line.js';

const NOTHING = { command: 'routes', root: '.', json: false, public: false, check: undefined };
const SESSIONS = {
  command: 'sessions',
  act: 'list',
  root: '.',
  json: false,
  by: [],
  id: undefined,
  yes: false,
  after: undefined,
  limit: undefined,
};

describe('The command line', () => {
  it.each([
    [['routes'], NOTHING],
    [['routes', '--json', '--public'], { ...NOTHING, json: true, public: true }],
    [['--root', 'site', 'routes', '--check', 'saved.json'], { ...NOTHING, root: 'site', check: 'saved.json' }],
    [['doctor'], { command: 'doctor', root: '.', json: false }],
    [['doctor', '--json', '--root', 'site'], { command: 'doctor', root: 'site', json: true }],
    [['secret'], { command: 'secret', file: undefined }],
    [['secret', '--write'], { command: 'secret', file: resolve('.env') }],
    [['secret', '--write', 'keys/.env', '--root', 'site'], { command: 'secret', file: resolve('site/keys/.env') }],
    [['migrate'], { command: 'migrate', root: '.', print: false, table: undefined, sqlite: false }],
    [
      ['migrate', '--print', '--table', 'auth.sessions', '--root', 'site'],
      { command: 'migrate', root: 'site', print: true, table: 'auth.sessions', sqlite: false },
    ],
    [['sessions', 'list'], SESSIONS],
    [
      [
        'sessions',
        'list',
        '--user',
        'ada',
        '--by',
        'plan=a=b',
        '--after',
        'x',
        '--limit',
        '10',
        '--json',
        '--root',
        'site',
      ],
      { ...SESSIONS, by: ['plan=a=b', 'userId=ada'], after: 'x', limit: 10, json: true, root: 'site' },
    ],
    [['sessions', 'count'], { ...SESSIONS, act: 'count' }],
    [['sessions', 'end', '--by', 'tenantId=', '--yes'], { ...SESSIONS, act: 'end', by: ['tenantId='], yes: true }],
    [['sessions', 'end', '--id', 'k'], { ...SESSIONS, act: 'end', id: 'k' }],
    [[], 'help'],
    [['--help'], 'help'],
    [['routes', '-h'], 'help'],
  ])('is parsed: %j gives %j', (args, expected) => {
    expect(readCommandLine(args)).toEqual(expected);
  });

  it.each([
    [['route'], 'There is no command route: write routes, doctor, migrate, secret or sessions.'],
    [['--json'], 'write routes, doctor, migrate, secret or sessions'],
    [['secret', '.env'], 'write secret --write .env'],
    [['secret', '--write', 'a', 'b'], 'Only one file is possible: remove "b"'],
    [['secret', '--json'], 'belong to routes'],
    [['routes', '--write'], 'belongs to secret'],
    [['doctor', '--public'], 'belong to routes'],
    [['doctor', '--check', 'a'], 'belong to routes'],
    [['doctor', '--write'], 'belongs to secret'],
    [['doctor', 'site'], 'write --root site'],
    [['routes', 'site'], 'write --root site'],
    [['migrate', '--json'], 'belong to routes'],
    [['migrate', '--sqlite'], 'write migrate --print --sqlite'],
    [['migrate', '--write'], 'belongs to secret'],
    [['migrate', 'site'], 'write --root site'],
    [['doctor', '--print'], '--print, --table and --sqlite belong to migrate'],
    [['secret', '--table', 'a'], '--print, --table and --sqlite belong to migrate'],
    [['sessions'], 'Write sessions list, sessions count or sessions end.'],
    [['sessions', 'stop'], 'Write sessions list, sessions count or sessions end.'],
    [['sessions', 'list', 'ada'], 'Write sessions list, sessions count or sessions end.'],
    [['sessions', 'count', '--limit', '1'], 'belong to sessions list'],
    [['sessions', 'list', '--yes'], 'belong to sessions end'],
    [['sessions', 'end'], 'Name the sessions to end with --user or --by'],
    [['sessions', 'end', '--yes'], 'Name the sessions to end with --user or --by'],
    [['sessions', 'end', '--id', 'k', '--user', 'ada'], 'Name the sessions to end with --user or --by'],
    [['sessions', 'list', '--by', 'tenantId'], 'write --by tenantId=VALUE'],
    [['sessions', 'list', '--by', '=a'], 'names no value'],
    [['sessions', 'list', '--limit', '0'], 'from 1 to 1000'],
    [['sessions', 'list', '--public'], 'belong to other commands'],
    [['doctor', '--user', 'ada'], 'belong to sessions'],
    [['secret', '--yes'], 'belong to sessions'],
    [['routes', '--jsom'], "Unknown option '--jsom'. The options are --root, --json"],
    [['routes', '--check'], '--check'],
    [['routes', '--json', '--check', 'a'], 'remove one of them'],
  ])('is rejected with the correction: %j', (args, cure) => {
    expect(() => readCommandLine(args)).toThrow(UsageError);
    expect(() => readCommandLine(args)).toThrow(cure);
  });
});
