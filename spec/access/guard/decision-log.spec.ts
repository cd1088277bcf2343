import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DecisionLog } from '../../../lib/access/guard/decision-log.js';

describe('The decision log', () => {
  beforeEach(() => {
    jest.spyOn(console, 'info').mockReturnValue();
    jest.spyOn(console, 'warn').mockReturnValue();
    jest.spyOn(console, 'error').mockReturnValue();
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('prints decisions with the name of the package', () => {
    new DecisionLog().decision('GET /');
    expect(console.info).toHaveBeenCalledWith('[astro-gatehouse] GET /');
  });

  it('prints forged requests as warnings', () => {
    new DecisionLog().forgery('POST /');
    expect(console.warn).toHaveBeenCalledWith('[astro-gatehouse] POST /');
  });

  it('prints failures with the error that was thrown', () => {
    const error = new Error('down');
    new DecisionLog().failure('A check threw', error);
    expect(console.error).toHaveBeenCalledWith('[astro-gatehouse] A check threw', error);
  });
});
