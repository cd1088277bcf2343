/** Whether something is a promise, of whatever kind. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  const isHolder = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isHolder && 'then' in value && typeof value.then === 'function';
}

/** Whether a function says of itself that its answer comes later: `async`, or a generator. */
export function answersLater(value: unknown): boolean {
  return typeof value === 'function' && /^(?:Async|AsyncGenerator|Generator)Function$/.test(kindOf(value));
}

/** Lets nobody hear of a promise that failed and that nobody is going to wait for: what is wrong has been said. */
export function forget(promise: PromiseLike<unknown>): void {
  promise.then(undefined, () => undefined);
}

function kindOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

/** A value, or the promise of one: what need not be waited for is there at once. */
export type Promised<Value> = Value | Promise<Value>;

/** Goes on with a value: at once where it is there, and otherwise when its promise has given it. */
export function andThen<Value, Result>(
  value: Value | PromiseLike<Value>,
  goOn: (value: Value) => Promised<Result>,
): Promised<Result> {
  return isPromise(value) ? Promise.resolve(value as PromiseLike<Value>).then(goOn) : goOn(value as Value);
}

/** Makes something, and something else of what is thrown meanwhile, or later by its promise. */
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

/** Asks about one item after the other. @returns The first answer that is something, or `undefined`. */
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

/** Does something with one item after the other. */
export function inTurn<Item>(items: Iterable<Item>, act: (item: Item) => Promised<void>): Promised<void> {
  return firstAnswer(items, (item) => andThen(act(item), () => undefined));
}
