import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DecisionLog } from '../../../lib/access/guard/decision-log.js';

describe('The log of decisions', () => {
  beforeEach(() => {
    jest.spyOn(console, 'info').mockReturnValue();
    jest.spyOn(console, 'warn').mockReturnValue();
    jest.spyOn(console, 'error').mockReturnValue();
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('prints decisions under the name of the package', () => {
    new DecisionLog().decision('GET /');
    expect(console.info).toHaveBeenCalledWith('[astro-gatehouse] GET /');
  });

  it('prints what was refused as forged as a warning', () => {
    new DecisionLog().forgery('POST /');
    expect(console.warn).toHaveBeenCalledWith('[astro-gatehouse] POST /');
  });

  it('prints failures with what was thrown', () => {
    const error = new Error('down');
    new DecisionLog().failure('A check threw', error);
    expect(console.error).toHaveBeenCalledWith('[astro-gatehouse] A check threw', error);
  });
});
