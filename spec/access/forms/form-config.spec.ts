import { describe, expect, it } from '@jest/globals';
import { FormConfig } from '../../../lib/access/forms/form-config.js';

function formOf(...fields: [string, string | Blob][]): FormData {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  return form;
}

describe('The options of forms', () => {
  it.each([
    [undefined, false],
    [false, false],
    [true, true],
    [{}, true],
  ])('switch keeping on when given as %j: %s', (given, isOn) => {
    expect(new FormConfig(given).isOn).toBe(isOn);
  });

  it('keep every value of a field, in order', () => {
    const fields = new FormConfig(true).fieldsOf(formOf(['day', 'mo'], ['name', 'Ada'], ['day', 'tu']));
    expect(fields).toEqual([
      ['day', 'mo'],
      ['name', 'Ada'],
      ['day', 'tu'],
    ]);
  });

  it('omit secrets, files and the fields of leaveOut', () => {
    const form = formOf(
      ['password', 'x'],
      ['_csrf', 'y'],
      ['photo', new Blob(['z'])],
      ['badge', '007'],
      ['email', 'a@b'],
    );
    expect(new FormConfig({ leaveOut: ['badge'] }).fieldsOf(form)).toEqual([['email', 'a@b']]);
    expect(new FormConfig().fieldsOf(form)).toEqual([
      ['badge', '007'],
      ['email', 'a@b'],
    ]);
  });
});
