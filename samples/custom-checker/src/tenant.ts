import { injectable, Session } from 'astro-gatehouse/server';

const companies = new Map([
  [
    'Acorn',
    new Map([
      ['apollo', ['Acorn lands in July.']],
      ['gemini', ['Acorn flies in pairs.']],
    ]),
  ],
  ['Birch', new Map([['apollo', ['Birch sells lyres.']]])],
]);

/**
 * The company that this request is about: one instance for each request, made with its session. Whatever is asked of it
 * is looked up among the company's own, so that no page can forget to say whose.
 */
@injectable()
export class Tenant {
  /** How often the database was asked for this request. */
  lookups = 0;
  #projects: Promise<Map<string, string[]>> | undefined;

  constructor(private readonly session: Session) {}

  get name(): string | undefined {
    return this.session.get('company');
  }

  /** The notes of a project; `undefined` when this company has none of that name. */
  async notesOf(project: string): Promise<readonly string[] | undefined> {
    return (await this.#own()).get(project);
  }

  async projects(): Promise<string[]> {
    return [...(await this.#own()).keys()];
  }

  async addNote(project: string, note: string): Promise<void> {
    (await this.#own()).get(project)?.push(note);
  }

  /** Looked up once, however many parts of a page ask. */
  #own(): Promise<Map<string, string[]>> {
    this.#projects ??= this.#lookUp();
    return this.#projects;
  }

  async #lookUp(): Promise<Map<string, string[]>> {
    this.lookups++;
    await new Promise((answered) => setTimeout(answered, 5));
    return companies.get(this.name ?? '') ?? new Map();
  }
}
