import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCommandLine } from '../../lib/cli/command-line.js';
import { documents, ROOT } from './documents.js';

const COMMENT = /\s+#\s.*$|^#.*$/;
/** `NAME=value` before a command; the value may be a command of its own. */
const VARIABLE = /^(\w+)=(\$\([^)]*\)|\S*)\s*/;

const OWN = packageAt('.');
const SAMPLES = documents(['samples/*/package.json']).map(({ path }) => packageAt(join(path, '..')));
const SCRIPTS = new Set([OWN, ...SAMPLES].flatMap(({ scripts = {} }) => Object.keys(scripts)));
const PACKAGES = new Set([OWN.name, ...[OWN, ...SAMPLES].flatMap(namesOf)]);

/** What somebody may be told to type, each with what is wrong with it, if anything is. */
const KNOWN: [RegExp, (match: RegExpMatchArray) => string | undefined][] = [
  [/^npx astro-gatehouse\b ?([^>|]*)(?:> \S+)?$/, ([, args = '']) => problemOfGatehouse(args)],
  [/^npm (start|test)$/, ([, script = '']) => problemOfScript(script)],
  [/^npm run ([\w:]+)(?: -- .*)?$/, ([, script = '']) => problemOfScript(script)],
  [/^npm (?:install|ci|uninstall)((?: --save-dev)?)((?: [@\w/.-]+)*)$/, ([, , names = '']) => problemOfPackages(names)],
  [/^npx astro (?:add(?: (?:node|cloudflare|astro-gatehouse))+|build|check|dev|preview|sync)$/, () => undefined],
  [/^npx wrangler (?:secret put GATEHOUSE_SECRET|d1 migrations apply \w+(?: --remote)?)$/, () => undefined],
  [/^mkdir -p [\w/-]+$/, () => undefined],
  [/^docker run (?:--rm |--env-file \.env |-p \d+:\d+ )*[\w./-]+$/, () => undefined],
  [/^node (?:--env-file=\.env )?dist\/server\/entry\.mjs$/, () => undefined],
];

/** @returns What is wrong with lines for a shell, a sentence for each. */
export function problemsOfCommands(code: string): string[] {
  const lines = code.replaceAll('\\\n', ' ').split('\n');
  const commands = lines.flatMap((line) => line.replace(COMMENT, '').split(' && '));
  return commands
    .map((command) => withoutVariables(command.trim().replace(/\s+/g, ' ')))
    .filter((command) => command !== '')
    .flatMap((command) => {
      const [known, check] = KNOWN.find(([form]) => form.test(command)) ?? [];
      if (!known || !check) return [`"${command}" is no command that anybody is told to type`];
      const problem = check(command.match(known) as RegExpMatchArray);
      return problem === undefined ? [] : [`"${command}": ${problem}`];
    });
}

function withoutVariables(command: string): string {
  return VARIABLE.test(command) ? withoutVariables(command.replace(VARIABLE, '')) : command;
}

function problemOfGatehouse(args: string): string | undefined {
  try {
    readCommandLine(args.split(' ').filter((arg) => arg !== ''));
    return undefined;
  } catch (error) {
    return String(error);
  }
}

function problemOfScript(script: string): string | undefined {
  return SCRIPTS.has(script) ? undefined : 'there is no such script';
}

function problemOfPackages(names: string): string | undefined {
  const strangers = names.split(' ').filter((name) => name !== '' && !PACKAGES.has(name));
  return strangers.length === 0 ? undefined : `nobody here needs ${strangers.join(', ')}`;
}

interface PackageFile {
  name: string;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

function packageAt(folder: string): PackageFile {
  return JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
}

function namesOf({ dependencies, devDependencies, peerDependencies }: PackageFile): string[] {
  return Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies });
}
