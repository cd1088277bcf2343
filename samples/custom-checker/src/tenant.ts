import { injectable, RequestScope } from 'astro-gatehouse/server';
import { memberships } from './memberships';

export interface Note {
  readonly id: string;
  /** The slug of its organisation. */
  readonly organisation: string;
  readonly project: string;
  readonly by: string;
  readonly text: string;
}

const projects = new Map([
  ['acorn', ['apollo', 'gemini']],
  ['birch', ['apollo']],
]);
const budgets = new Map([
  ['acorn', '40 000'],
  ['birch', '9 000'],
]);
const notes = new Map<string, Note>();
const add = (note: Omit<Note, 'id'>) => {
  const id = String(notes.size + 1);
  notes.set(id, { ...note, id });
};
add({ organisation: 'acorn', project: 'apollo', by: 'ada', text: 'Acorn lands in July.' });
add({ organisation: 'acorn', project: 'gemini', by: 'grace', text: 'Acorn flies in pairs.' });
add({ organisation: 'birch', project: 'apollo', by: 'max', text: 'Birch sells lyres.' });

/**
 * The organisation that this request is about: one instance for each request. It is the organisation of the page, from which
 * the roles come as well, and everything it returns belongs to it: so no page, island or action can mix the roles of one
 * organisation with the data of another.
 */
@injectable()
export class Tenant {
  /** How often the database was queried for this request. */
  lookups = 0;
  #projects: Promise<string[]> | undefined;

  constructor(private readonly scope: RequestScope) {}

  get slug(): string | undefined {
    return this.scope.request?.page?.params.slug;
  }

  get name(): string | undefined {
    return memberships.nameOf(this.slug);
  }

  get budget(): string | undefined {
    return budgets.get(this.slug ?? '');
  }

  /** The names of its projects. They are looked up once, however many parts of a page need them. */
  projects(): Promise<string[]> {
    this.#projects ??= this.#lookUp();
    return this.#projects;
  }

  /** The notes of a project; `undefined` when this organisation has no project of that name. */
  async notesOf(project: string): Promise<Note[] | undefined> {
    if (!(await this.projects()).includes(project)) return undefined;
    return [...notes.values()].filter((note) => this.#owns(note) && note.project === project);
  }

  /** A note of this organisation, by its id. */
  note(id: string): Note | undefined {
    const note = notes.get(id);
    return note && this.#owns(note) ? note : undefined;
  }

  async addNote(project: string, by: string, text: string): Promise<void> {
    const organisation = this.slug;
    if (organisation && (await this.notesOf(project))) add({ organisation, project, by, text });
  }

  remove({ id }: Note): void {
    notes.delete(id);
  }

  #owns({ organisation }: Note): boolean {
    return organisation === this.slug;
  }

  async #lookUp(): Promise<string[]> {
    this.lookups++;
    await new Promise((answered) => setTimeout(answered, 5));
    return projects.get(this.slug ?? '') ?? [];
  }
}
