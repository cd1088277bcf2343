/** Roles by organisation. */
type Teams = Record<string, string[]>;

interface Person {
  readonly teams: Teams;
  /** The end of the contract, if there is one. */
  readonly until?: string;
}

const organisations = new Map([
  ['acorn', 'Acorn'],
  ['birch', 'Birch'],
]);

const people = new Map<string, Person>([
  ['ada', { teams: { acorn: ['apollo'] } }],
  ['grace', { teams: { acorn: ['gemini'] } }],
  ['kim', { teams: { acorn: ['staff'], birch: ['apollo'] } }],
  ['lin', { teams: { acorn: ['apollo'] }, until: '2020-12-31' }],
  ['max', { teams: { birch: ['apollo'] } }],
  ['nora', { teams: { birch: ['staff'] } }],
]);

/** Who is in which team of which organisation. A real application asks a database. */
export class Memberships {
  get everybody(): string[] {
    return [...people.keys()];
  }

  /** The name of an organisation; `undefined` for one that does not exist. */
  nameOf(slug: string | undefined): string | undefined {
    return organisations.get(slug ?? '');
  }

  /** The organisations of somebody, with their teams there. */
  organisationsOf(userId: string): { slug: string; name: string; teams: string[] }[] {
    const teams = Object.entries(people.get(userId)?.teams ?? {});
    return teams.map(([slug, list]) => ({ slug, name: organisations.get(slug) ?? slug, teams: list }));
  }

  async rolesIn(slug: string | undefined, userId: string): Promise<string[]> {
    return new Map(Object.entries(people.get(userId)?.teams ?? {})).get(slug ?? '') ?? [];
  }

  /** Checks whether somebody's contract has ended by then. @param time Milliseconds since the epoch. */
  hasEnded(userId: string, time: number): boolean {
    const until = people.get(userId)?.until;
    return until !== undefined && Date.parse(until) < time;
  }

  async leave(slug: string, userId: string): Promise<void> {
    const { [slug]: _, ...others } = people.get(userId)?.teams ?? {};
    people.set(userId, { ...people.get(userId), teams: others });
  }
}

export const memberships = new Memberships();
