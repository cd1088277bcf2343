import type { AccessTypes } from '../visitor.js';
import type { Policy } from './policy.js';

type InstanceOf<Class> = Class extends abstract new (...given: never[]) => infer Instance ? Instance : never;
type MethodsOf<Instance> = {
  [Name in keyof Instance & string]: Name extends keyof Policy
    ? never
    : Instance[Name] extends (visitor: never, ...record: never[]) => unknown
      ? Name
      : never;
}[keyof Instance & string];
type AbilitiesOf<Classes> = {
  [Name in keyof Classes & string]: `${Name}:${MethodsOf<InstanceOf<Classes[Name]>>}`;
}[keyof Classes & string];

/**
 * The name of an ability: `invoice:edit`. Any name with a colon, until the project names its policies.
 *
 * @example
 * declare namespace App {
 *   interface AccessTypes { policies: typeof import('./policies').policies }
 * }
 */
export type Ability = AccessTypes extends { policies: infer Classes } ? AbilitiesOf<Classes> : `${string}:${string}`;

type RecordOfMethod<Method> = Method extends (visitor: never) => unknown
  ? []
  : Method extends (visitor: never, record: infer Subject) => unknown
    ? [record: Subject]
    : never;
type RecordIn<Classes, Name> = Name extends `${infer Kind extends keyof Classes & string}:${infer Method}`
  ? Method extends keyof InstanceOf<Classes[Kind]>
    ? RecordOfMethod<InstanceOf<Classes[Kind]>[Method]>
    : never
  : never;

/** The record that an ability is asked about, as an argument; none for an ability without one: `can('invoice:create')`. */
export type AbilityRecord<Name extends Ability> = AccessTypes extends { policies: infer Classes }
  ? RecordIn<Classes, Name>
  : [record?: unknown];

/** The properties of `<Can>` that name an ability and its record. */
export type AbilityProps = {
  [Name in Ability]: { ability: Name } & (AbilityRecord<Name> extends [record: infer Subject]
    ? { record: Subject }
    : { record?: unknown });
}[Ability];
