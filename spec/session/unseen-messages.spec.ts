import { expect, it, jest } from '@jest/globals';
import { warnOfDropped, warnOfUnseen } from '../../lib/session/unseen-messages.js';

it('A page that shows one of several messages is told of once', () => {
  const said = jest.spyOn(console, 'warn').mockImplementation(() => {});
  warnOfUnseen('notice', 1);
  expect(said).not.toHaveBeenCalled();
  warnOfUnseen('notice', 3);
  warnOfUnseen('error', 2);
  expect(said.mock.calls).toEqual([[expect.stringContaining('3 messages waited under "notice"')]]);
  expect(said.mock.calls[0]?.[0]).toContain("session.flashes.getAll('notice')");
  said.mockRestore();
});

it('A session of more messages than anybody reads is told of with how many are kept', () => {
  const said = jest.spyOn(console, 'warn').mockImplementation(() => {});
  warnOfDropped(100);
  expect(said.mock.calls).toEqual([[expect.stringContaining('More than 100 messages wait in one session')]]);
  said.mockRestore();
});
