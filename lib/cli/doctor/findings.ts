/** Sections of the documentation by topic, relative to the package's folder. */
export const SECTIONS = {
  start: 'README.md#ten-lines-to-a-protected-page',
  secret: 'docs/deploy.md#the-secret',
  cookie: 'docs/stores.md#the-cookie',
  stores: 'docs/stores.md#stores',
  workers: 'docs/cloudflare.md#which-store',
  ownStore: 'docs/stores.md#a-store-of-your-own',
  rules: 'docs/rules.md#rules',
  whatStopsABuild: 'docs/rules.md#what-stops-a-build',
  refused: 'docs/rules.md#what-a-refused-visitor-gets',
  routes: 'docs/cli.md#routes',
  csrf: 'docs/csrf.md#requests-that-other-sites-send',
  proxy: 'docs/deploy.md#behind-a-proxy',
  setup: 'docs/services.md#code-of-your-own-srcgatehousets',
  services: 'docs/services.md#services',
  options: 'docs/reference/options.md#options',
  pipelines: 'docs/pipelines.md#pipelines-of-your-own',
  runtimes: 'docs/deploy.md#runtimes',
} as const;

/** From the worst. `danger` stops or endangers a production start; a `note` needs no action. */
export const LEVELS = ['danger', 'advice', 'note'] as const;

/** One finding about a project. */
export interface Finding {
  /** Stable, for programs. */
  readonly code: string;
  readonly level: (typeof LEVELS)[number];
  readonly problem: string;
  /** The action to take, in a sentence. */
  readonly cure: string;
  /** The section of the documentation that explains it. */
  readonly see: keyof typeof SECTIONS;
}

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
