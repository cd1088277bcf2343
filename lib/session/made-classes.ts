type Constructor = abstract new (...args: never[]) => unknown;

/**
 * Which class to make where a class is made from a request's data (`new Session(record)`) and not by the container.
 * Tells the subclass where one was registered, and otherwise the class itself.
 */
export class MadeClasses {
  readonly #replacements: ReadonlyMap<Constructor, Constructor>;

  constructor(replacements: ReadonlyMap<Constructor, Constructor> = new Map()) {
    this.#replacements = replacements;
  }

  of<Class extends Constructor>(Class: Class): Class {
    return (this.#replacements.get(Class) as Class | undefined) ?? Class;
  }
}
