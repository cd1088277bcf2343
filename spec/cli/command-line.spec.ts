import { describe, expect, it } from '@jest/globals';
import { readCommandLine, UsageError } from '../../lib/cli/command-line.js';

const NOTHING = { root: '.', json: false, public: false, check: undefined };

describe('The command line', () => {
  it.each([
    [['routes'], NOTHING],
    [['routes', '--json', '--public'], { ...NOTHING, json: true, public: true }],
    [['--root', 'site', 'routes', '--check', 'saved.json'], { ...NOTHING, root: 'site', check: 'saved.json' }],
    [[], 'help'],
    [['--help'], 'help'],
    [['routes', '-h'], 'help'],
  ])('%j asks for %j', (args, expected) => {
    expect(readCommandLine(args)).toEqual(expected);
  });

  it.each([
    [['route'], 'There is no command route: write routes.'],
    [['--json'], 'write routes'],
    [['routes', 'site'], 'write --root site'],
    [['routes', '--jsom'], "Unknown option '--jsom'. The options are --root, --json"],
    [['routes', '--check'], '--check'],
    [['routes', '--json', '--check', 'a'], 'leave one of them out'],
  ])('%j is refused with what to write instead', (args, cure) => {
    expect(() => readCommandLine(args)).toThrow(UsageError);
    expect(() => readCommandLine(args)).toThrow(cure);
  });
});
