import { describe, expect, it } from '@jest/globals';
import { setSource, sourceIn, sourceOf } from '../../../lib/access/visitors/visitor-source.js';
import { sessionOf } from '../../support/sessions.js';

describe('The source of a visitor', () => {
  it('is the session, whatever is stored in it, unless something else named the visitor', () => {
    const session = sessionOf({ userId: 'ada', via: 'api-key' });
    expect(sourceOf(session)).toBe('session');
    setSource(session, 'application');
    expect(sourceOf(session)).toBe('application');
  });

  it.each([
    [{ userId: 'robot', via: 'api-key' }, 'api-key'],
    [{ userId: 'robot' }, 'identify'],
    [{ userId: 'robot', via: 'session' }, 'identify'],
    [{ userId: 'robot', via: '' }, 'identify'],
    [{ userId: 'robot', via: 'x'.repeat(101) }, 'identify'],
    [{ userId: 'robot', via: ['api-key'] }, 'identify'],
    [null, 'identify'],
    ['api-key', 'identify'],
  ])('is read from what identify returned: %j', (data, expected) => {
    expect(sourceIn(data)).toBe(expected);
  });
});
