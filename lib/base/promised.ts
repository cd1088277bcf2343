/** Checks whether a value is a promise or another thenable. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  const isHolder = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isHolder && 'then' in value && typeof value.then === 'function';
}

/** Checks whether a function is declared as asynchronous (`async`) or as a generator. */
export function answersLater(value: unknown): boolean {
  return typeof value === 'function' && /^(?:Async|AsyncGenerator|Generator)Function$/.test(kindOf(value));
}

/** Ignores the rejection of a promise that nobody awaits, because the error was already reported. */
export function forget(promise: PromiseLike<unknown>): void {
  promise.then(undefined, () => undefined);
}

function kindOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

/** A value or a promise of it: a value that is available immediately needs no `await`. */
export type Promised<Value> = Value | Promise<Value>;

/** Calls a function with a value: immediately if it is available, otherwise when its promise resolves. */
export function andThen<Value, Result>(
  value: Value | PromiseLike<Value>,
  goOn: (value: Value) => Promised<Result>,
): Promised<Result> {
  return isPromise(value) ? Promise.resolve(value as PromiseLike<Value>).then(goOn) : goOn(value as Value);
}

/** Calls a function, and another one with its error, whether it throws or its promise rejects. */
export function orElse<Value>(
  make: () => Promised<Value>,
  recover: (error: unknown) => Promised<Value>,
): Promised<Value> {
  try {
    const value = make();
    return value instanceof Promise ? value.catch(recover) : value;
  } catch (error) {
    return recover(error);
  }
}

/** Calls a function, and then another one, whether the first one returned, threw or its promise was settled. */
export function whenOver<Value>(make: () => Promised<Value>, act: () => void): Promised<Value> {
  let value: Promised<Value> | undefined;
  try {
    value = make();
    return value instanceof Promise ? value.finally(act) : value;
  } finally {
    if (!(value instanceof Promise)) act();
  }
}

/** Calls a function for one item after another. @returns The first result that is not `undefined`. */
export function firstAnswer<Item, Answer>(
  items: Iterable<Item>,
  ask: (item: Item) => Promised<Answer | undefined>,
): Promised<Answer | undefined> {
  const rest = items[Symbol.iterator]();
  const goOn = (): Promised<Answer | undefined> => {
    for (let next = rest.next(); !next.done; next = rest.next()) {
      const answer = ask(next.value);
      if (answer instanceof Promise) return answer.then((given) => given ?? goOn());
      if (answer !== undefined) return answer;
    }
    return undefined;
  };
  return goOn();
}

/** Calls a function for one item after another. */
export function inTurn<Item>(items: Iterable<Item>, act: (item: Item) => Promised<void>): Promised<void> {
  return firstAnswer(items, (item) => andThen(act(item), () => undefined));
}
