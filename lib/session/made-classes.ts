type Constructor = abstract new (...args: never[]) => unknown;

/**
 * Which class to make where a class is made from a request's data (`new Session(record)`) and not by the container.
 * Tells the subclass where one was registered, and otherwise the class itself.
 */
export class MadeClasses {
  static #current: MadeClasses | undefined;
  readonly #replacements: ReadonlyMap<Constructor, Constructor>;

  constructor(replacements: ReadonlyMap<Constructor, Constructor> = new Map()) {
    this.#replacements = replacements;
  }

  /**
   * Those of the container that is constructing something at this moment; outside of any, the classes themselves. Services
   * ask for it while they are constructed, so that a subclass needs not hand it on.
   */
  static get current(): MadeClasses {
    return MadeClasses.#current ?? NONE;
  }

  /** Runs a construction for which these are {@link current}. */
  during<Instance>(construct: () => Instance): Instance {
    const before = MadeClasses.#current;
    MadeClasses.#current = this;
    try {
      return construct();
    } finally {
      MadeClasses.#current = before;
    }
  }

  of<Class extends Constructor>(Class: Class): Class {
    return (this.#replacements.get(Class) as Class | undefined) ?? Class;
  }
}

const NONE = new MadeClasses();
