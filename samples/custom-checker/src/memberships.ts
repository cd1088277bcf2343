interface Person {
  company: string;
  teams: string[];
  /** When the contract ends, where it does. */
  until?: string;
}

const people = new Map<string, Person>([
  ['ada', { company: 'Acorn', teams: ['apollo'] }],
  ['grace', { company: 'Acorn', teams: ['gemini'] }],
  ['kim', { company: 'Acorn', teams: ['staff'] }],
  ['lin', { company: 'Acorn', teams: ['apollo'], until: '2020-12-31' }],
  ['max', { company: 'Birch', teams: ['apollo'] }],
  ['nora', { company: 'Birch', teams: ['staff'] }],
]);

/** Who is in which team of which company. A real one asks a database. */
export class Memberships {
  get everybody() {
    return [...people].map(([name, { company }]) => ({ name, company }));
  }

  companyOf(userId: string): string | undefined {
    return people.get(userId)?.company;
  }

  async teamsOf(userId: string): Promise<string[]> {
    return people.get(userId)?.teams ?? [];
  }

  /** Whether somebody's contract has ended by then. @param time Milliseconds since the epoch. */
  hasEnded(userId: string, time: number): boolean {
    const until = people.get(userId)?.until;
    return until !== undefined && Date.parse(until) < time;
  }

  async leave(userId: string): Promise<void> {
    const person = people.get(userId);
    if (person) people.set(userId, { ...person, teams: [] });
  }
}

export const memberships = new Memberships();
