import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { App } from '../support/app.js';
import { isCode, problemsOfCode } from '../support/documented-code.js';
import { problemsOfCommands } from '../support/documented-commands.js';
import { problemsOfConfiguration } from '../support/documented-files.js';
import { problemsOfOptions } from '../support/documented-options.js';
import { type Block, type Document, documents } from '../support/documents.js';

const DOCUMENTS = documents();

/** What is wrong with a block beside its types: code for an application is checked with all the rest of it. */
async function problemsOf(block: Block): Promise<string[]> {
  const { language, code } = block;
  if (isCode(block)) return problemsOfOptions(block);
  if (language === 'sh') return problemsOfCommands(code);
  if (language === 'text') return (await outputBefore(block)).includes(code.trim()) ? [] : ['is not what is printed'];
  if (language === 'sql') return thrownBy(() => new DatabaseSync(':memory:').exec(code));
  if (language === 'json') return thrownBy(() => JSON.parse(code));
  return problemsOfConfiguration(language, code);
}

const printed = new Map<string, Promise<string>>();

/** What the command that is named last before a block prints in the starter. */
async function outputBefore({ before }: Block): Promise<string> {
  const command = [...before.matchAll(/npx astro-gatehouse ([\w -]+\w)/g)].at(-1)?.[1] ?? '';
  if (!printed.has(command)) printed.set(command, outputOf(command));
  return (await printed.get(command)) ?? '';
}

async function outputOf(command: string): Promise<string> {
  const app = App.create('samples/starter');
  const { output } = await app.gatehouse(...command.split(' '));
  app.remove();
  return output.replaceAll('../node_modules', 'node_modules');
}

function thrownBy(act: () => unknown): string[] {
  try {
    act();
    return [];
  } catch (error) {
    return [String(error)];
  }
}

describe('The code in the documentation', () => {
  let problemsInCode: readonly string[] = [];

  beforeAll(async () => {
    problemsInCode = await problemsOfCode(DOCUMENTS);
  });

  const withBlocks = DOCUMENTS.filter(({ blocks }) => blocks.length > 0);

  it.each(withBlocks)('is right in $path, every block of it', async (document: Document) => {
    const others = await Promise.all(
      document.blocks.map(async (block) => (await problemsOf(block)).map((problem) => `${block.place} ${problem}`)),
    );
    const ofCode = problemsInCode.filter((problem) => problem.startsWith(`${document.path}:`));
    expect([...ofCode, ...others.flat()]).toEqual([]);
  });

  it('is all that the checker complained of', () => {
    const places = DOCUMENTS.map(({ path }) => `${path}:`);
    expect(problemsInCode.filter((problem) => !places.some((place) => problem.startsWith(place)))).toEqual([]);
  });
});
