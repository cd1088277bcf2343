import { injectable, Policy, type Visitor } from 'astro-gatehouse/server';
import { type Note, Tenant } from '../tenant';

/** Who may do what with a note. */
@injectable()
export class NotePolicy extends Policy<Note> {
  constructor(private readonly tenant: Tenant) {
    super();
  }

  /** A second lock: a note of another organisation does not exist here, wherever it came from. */
  override before(_visitor: Visitor, _ability: string, note: Note) {
    return note.organisation === this.tenant.slug ? undefined : this.deny('No such note', { status: 404 });
  }

  remove(visitor: Visitor, note: Note) {
    return (
      note.by === visitor.id || visitor.hasRole('staff') || this.deny(`Only ${note.by} and staff can remove this note`)
    );
  }
}
