type Constructor = abstract new (...args: never[]) => unknown;

/**
 * Chooses the class for instances that are created from a request's data (`new Session(record)`) and not by the
 * container: the registered subclass, or the class itself.
 */
export class MadeClasses {
  static #current: MadeClasses | undefined;
  readonly #replacements: ReadonlyMap<Constructor, Constructor>;

  constructor(replacements: ReadonlyMap<Constructor, Constructor> = new Map()) {
    this.#replacements = replacements;
  }

  /**
   * The classes of the container that is creating a service right now; outside of any, the classes themselves.
   * Services read it in their constructor, so that their subclasses do not have to pass it on.
   */
  static get current(): MadeClasses {
    return MadeClasses.#current ?? NONE;
  }

  /** Runs a constructor during which these classes are {@link current}. */
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
