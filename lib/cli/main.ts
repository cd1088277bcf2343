#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SavedReport } from '../astro/report/build-channel.js';
import {
  type DoctorRequest,
  HELP,
  type RoutesRequest,
  readCommandLine,
  type SecretRequest,
  UsageError,
} from './command-line.js';
import { examine } from './doctor/examine.js';
import { findingsAsJson, findingsAsText } from './doctor/findings.js';
import { gatherFacts } from './doctor/gather-facts.js';
import { HINT, makeSecret, writeSecret } from './make-secret.js';
import { migrate } from './migrate.js';
import { readReport } from './read-report.js';
import { asJson, asTable, differences, fromJson } from './report-text.js';
import { sessions } from './sessions/sessions.js';

const { stdout, stderr } = process;
const { write } = stdout;

/** 0: success. 1: differences from the saved report, or problems found. 2: no result. */
type ExitCode = 0 | 1 | 2;

async function run(args: readonly string[]): Promise<ExitCode> {
  const request = readCommandLine(args);
  if (request === 'help') return print(HELP);
  if (request.command === 'doctor') return doctor(request);
  if (request.command === 'migrate') return print(await migrate(request));
  if (request.command === 'sessions')
    return print(await sessions(request, (text) => process.stderr.write(`${text}\n`)));
  return request.command === 'secret' ? secret(request) : routes(request);
}

async function doctor({ root, json }: DoctorRequest): Promise<ExitCode> {
  const folder = resolve(root);
  const findings = examine(await gatherFacts(folder));
  const home = relative(folder, fileURLToPath(new URL('../..', import.meta.url))).replaceAll('\\', '/') || '.';
  print(json ? findingsAsJson(findings, home) : findingsAsText(findings, home));
  return findings.some(({ level }) => level === 'danger') ? 1 : 0;
}

function secret({ file }: SecretRequest): ExitCode {
  const fresh = makeSecret();
  if (file !== undefined) return print(writeSecret(file, fresh).join('\n'));
  print(fresh);
  // The output alone must be the secret, for commands that capture it.
  if (process.stdout.isTTY) process.stderr.write(`${HINT}\n`);
  return 0;
}

async function routes(request: RoutesRequest): Promise<ExitCode> {
  const saved = request.check === undefined ? undefined : readSaved(request.check);
  const read = await readReport(request.root);
  const report = selected(read, request);
  for (const { message, stops } of read.objections) {
    if (stops) process.stderr.write(`A build stops here: ${message.replace(/^\[astro-gatehouse\] /, '')}\n`);
  }
  if (!read.isWhole) {
    print(request.json ? asJson(report) : asTable(report));
    throw new Error(`The report of who may see what is incomplete: ${report.notes.join('; ')}`);
  }
  if (!saved) return print(request.json ? asJson(report) : asTable(report));
  const different = differences(saved, report);
  if (different.length === 0) return print(`Who may see what matches ${request.check}.`);
  print(`Who may see what does not match ${request.check}:\n${different.join('\n')}`);
  const again = `routes${request.public ? ' --public' : ''} --json > ${request.check}`;
  print(`If the new state is correct, save it: npx astro-gatehouse ${again}`);
  return 1;
}

function selected(report: SavedReport, request: RoutesRequest): SavedReport {
  if (!request.public) return report;
  return { ...report, entries: report.entries.filter(({ who }) => who.startsWith('everybody')) };
}

function readSaved(file: string): SavedReport {
  try {
    return fromJson(readFileSync(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `${file} is not a saved report (${reason}): create one with npx astro-gatehouse routes --json > ${file}`,
    );
  }
}

function print(text: string): 0 {
  write.call(stdout, `${text}\n`);
  return 0;
}

// A program may read the output, so anything that the project's code prints while it is loaded goes to stderr.
stdout.write = stderr.write.bind(stderr) as typeof write;
try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `${reason}\n${error instanceof UsageError ? 'npx astro-gatehouse --help lists the commands.\n' : ''}`,
  );
  process.exitCode = 2;
}
// Resources that the project's code has opened would keep the process alive, so it exits after the output is flushed.
stdout.write = write;
stdout.write('', () => process.exit());
