import { PathIndex } from './path-index.js';
import type { PathPattern } from './path-pattern.js';

/** A pattern that may be for some methods only. */
export interface PatternForMethods {
  readonly path: PathPattern;
  /** In capitals; `undefined` for every method. */
  readonly methods?: readonly string[] | undefined;
}

/** Finds the first of many patterns that matches a path and is for a method. */
export class MethodIndex<Entry extends PatternForMethods> {
  /** The entries by method, for each method that an entry names. Other methods have the entries that name none. */
  readonly #byMethod: ReadonlyMap<string, Indexed<Entry>>;
  readonly #forOthers: Indexed<Entry>;

  /** @param entries In the order in which they decide. */
  constructor(readonly entries: readonly Entry[]) {
    const named = new Set(entries.flatMap(({ methods = [] }) => methods));
    // An entry for GET is for HEAD as well.
    if (named.has('GET')) named.add('HEAD');
    this.#byMethod = new Map(
      [...named].map((method) => [method, new Indexed(entries.filter((entry) => isForMethod(entry, method)))]),
    );
    this.#forOthers = new Indexed(entries.filter(({ methods }) => methods === undefined));
  }

  /**
   * @param path Decoded, without the site's base.
   * @param method In capitals.
   * @throws {UnreadablePathError} For a path that would take too long.
   */
  first(path: string, method: string): Entry | undefined {
    return this.#for(method).first(path);
  }

  /** Checks whether an entry matches. @param otherwise The result for a path that would take too long. */
  matches(path: string, method: string, otherwise: boolean): boolean {
    return this.#for(method).index.matches(path, otherwise);
  }

  #for(method: string): Indexed<Entry> {
    return this.#byMethod.get(method) ?? this.#forOthers;
  }
}

/** The entries for one method. */
class Indexed<Entry extends PatternForMethods> {
  readonly index: PathIndex;

  constructor(private readonly entries: readonly Entry[]) {
    this.index = new PathIndex(entries.map(({ path }) => path));
  }

  first(path: string): Entry | undefined {
    return this.entries[this.index.first(path)];
  }
}

/** Checks whether an entry is for a method. @param method In capitals. */
export function isForMethod({ methods }: Pick<PatternForMethods, 'methods'>, method: string): boolean {
  return methods === undefined || includesMethod(methods, method);
}

/** Checks whether a list of methods includes one: GET includes HEAD, which asks for the same page. */
export function includesMethod(methods: readonly string[], method: string): boolean {
  return methods.includes(method) || (method === 'HEAD' && methods.includes('GET'));
}
