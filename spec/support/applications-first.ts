import sequencer from '@jest/test-sequencer';

// Its types are those of its CommonJS module, whose default export is one level further down.
const BySize = sequencer as unknown as typeof sequencer.default;

type Tests = Awaited<ReturnType<InstanceType<typeof BySize>['sort']>>;

/** Builds applications, or drives commands that take as long. The rest of spec/ never does. */
const SLOW = /[/\\]spec[/\\](?:journeys|builds|samples|reference|docs)[/\\]/;

/**
 * Begins with the files that take longest. Where no earlier run says which, those are not the largest, but whatever builds
 * applications: should one of them come last, the other workers would have nothing left to do beside it.
 */
export default class ApplicationsFirst extends BySize {
  override async sort(tests: Tests): Promise<Tests> {
    const sorted = await super.sort(tests);
    if (sorted.every(({ duration }) => duration !== undefined)) return sorted;
    return [...sorted.filter(({ path }) => SLOW.test(path)), ...sorted.filter(({ path }) => !SLOW.test(path))];
  }
}
