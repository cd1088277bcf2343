/** Sections of the README, by what they are about. */
export const SECTIONS = {
  start: 'ten-lines-to-a-protected-page',
  cookie: 'how-long-and-where',
  stores: 'how-long-and-where',
  ownStore: 'a-store-of-your-own',
  rules: 'rules',
  whoMaySeeWhat: 'who-may-see-what',
  csrf: 'requests-that-other-sites-send',
  setup: 'code-of-your-own-srcgatehousets',
  services: 'services',
  options: 'all-options',
  pipelines: 'pipelines-of-your-own',
  goodToKnow: 'good-to-know',
} as const;

/** From the worst on. `danger` stops or endangers a production start; of a `note` nothing has to be done. */
export const LEVELS = ['danger', 'advice', 'note'] as const;

/** One thing that is to be said of a project. */
export interface Finding {
  /** Stable, fit for programs. */
  readonly code: string;
  readonly level: (typeof LEVELS)[number];
  readonly problem: string;
  /** What to type, in a sentence. */
  readonly cure: string;
  /** Where the README explains it. */
  readonly see: keyof typeof SECTIONS;
}
