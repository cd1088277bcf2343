import { describe, expect, it } from '@jest/globals';
import { examine } from '../../../lib/cli/doctor/examine.js';
import { briefly, healthy, toldReport } from '../../support/doctor-facts.js';
import { SECRET } from '../../support/secret.js';

describe('The examination', () => {
  it('finds nothing in a healthy project', () => {
    expect(examine(healthy())).toEqual([]);
  });

  it('reports what every check finds, the worst first', () => {
    const build = toldReport({
      notes: ['something'],
      settings: { session: { store: 'memory', cookie: { secure: false } } },
    });
    const sick = healthy({ nodeVersion: '20.0.0', secret: undefined, build });
    expect(briefly(examine(sick))).toEqual([
      'danger NODE_TOO_OLD',
      'danger MISSING_SECRET',
      'danger COOKIE_NOT_SECURE',
      'advice STORE_IN_MEMORY',
      'note NOT_IN_REPORT',
    ]);
  });

  it('masks secrets in error messages of the project', () => {
    const other = [...SECRET].reverse().join('');
    const build = { kind: 'Error', message: `cannot use ${SECRET} or ${other}, a` };
    const [finding] = examine(healthy({ secret: { source: '.env', value: `${SECRET}, ${other},a` }, build }));
    expect(finding?.problem).toBe('The project cannot be built: cannot use … or …, a');
  });
});
