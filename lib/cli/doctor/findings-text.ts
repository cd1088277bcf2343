import { type Finding, LEVELS, SECTIONS } from './finding.js';

const INDENT = ' '.repeat(8);

/** @param home The folder with the package's documentation, as the reader can open it. */
export function findingsAsText(findings: readonly Finding[], home: string): string {
  const blocks = findings.map(({ level, problem, cure, see }) => {
    const [first, ...more] = [...problem.split('\n'), cure, `See ${home}/${SECTIONS[see]}`];
    return [level.toUpperCase().padEnd(INDENT.length) + first, ...more.map((line) => INDENT + line)].join('\n');
  });
  return [...blocks, summary(findings)].join('\n\n');
}

/** Returns the findings as JSON, one per line. */
export function findingsAsJson(findings: readonly Finding[], home: string): string {
  const lines = findings.map(
    ({ see, ...finding }) => `    ${JSON.stringify({ ...finding, see: `${home}/${SECTIONS[see]}` })}`,
  );
  return `{\n  "findings": ${lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`}\n}`;
}

function summary(findings: readonly Finding[]): string {
  const counts = LEVELS.map((level) => ({ level, count: findings.filter((each) => each.level === level).length }));
  const toMend = counts.some(({ level, count }) => level !== 'note' && count > 0);
  if (!toMend) return 'No problems found.';
  return `${counts.map(({ level, count }) => `${level}: ${count}`).join(', ')}.`;
}
