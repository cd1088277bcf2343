import assert from 'node:assert/strict';
import { draftOf, type Session } from '../../../lib/session/session.js';
import type { ModelRequest } from './model-request.js';
import type { PageStep } from './steps.js';

/** Returns a step of a page as a line of code, or a sentence. */
export function sentenceOf(step: PageStep): string {
  switch (step.does) {
    case 'set':
      return `session.set('${step.key}', '${step.text}')`;
    case 'append':
      return `session.set('${step.key}', (old = '') => old + '${step.text}')`;
    case 'unset':
      return `session.unset('${step.key}')`;
    case 'leave':
      return `session.flash('${step.key}', '${step.text}')`;
    case 'read':
      return `session.flashes.getAll('${step.key}')`;
    case 'signIn':
      return `signs ${step.user} in`;
    default:
      return `session.${step.does}()`;
  }
}

/** Applies a step to a session and to its model. */
export function act(step: PageStep, session: Session, model: ModelRequest, now: number): void {
  switch (step.does) {
    case 'set':
      session.set(step.key, step.text);
      model.set(step.key, step.text);
      break;
    case 'append': {
      const append = (old: unknown) => `${old ?? ''}${step.text}`;
      session.set(step.key, append);
      model.update(step.key, append);
      break;
    }
    case 'unset':
      session.unset(step.key);
      model.unset(step.key);
      break;
    case 'leave':
      session.flash(step.key, step.text);
      model.leave(step.key, step.text);
      break;
    case 'read':
      assert.deepEqual(session.flashes.getAll(step.key), model.read(step.key, now), 'not the messages that wait');
      break;
    case 'signIn':
      draftOf(session).signIn({ userId: step.user }, now);
      model.signIn(step.user, now);
      break;
    case 'regenerate':
      session.regenerate();
      model.regenerate();
      break;
    case 'destroy':
      session.destroy();
      model.end();
      break;
  }
}
