import { describe, expect, it } from '@jest/globals';
import { AccessConfig } from '../../lib/access/access-options.js';

describe('The access options', () => {
  it('are all unset by default', () => {
    expect({ ...new AccessConfig() }).toEqual({ revalidate: 0, impersonateFor: 3_600_000 });
  });

  it('are passed on as given, with revalidate in milliseconds', () => {
    const options = { getRole: () => 'admin', getPermissions: () => [], check: () => true, reload: () => null };
    const inSeconds = { revalidate: 60, impersonateFor: 90 };
    const inMilliseconds = { revalidate: 60_000, impersonateFor: 90_000 };
    expect({ ...new AccessConfig({ ...options, ...inSeconds }) }).toEqual({ ...options, ...inMilliseconds });
  });
});

describe('A role that includes others', () => {
  const access = new AccessConfig({ roles: { admin: ['editor'], editor: ['author', 'reader'] } });

  it('brings with it the roles that these include', () => {
    expect(access.withBrought(['admin'])).toEqual(['admin', 'editor', 'author', 'reader']);
    expect(access.withBrought(['author'])).toEqual(['author']);
  });

  it('may include itself through another', () => {
    const circle = new AccessConfig({ roles: { one: ['other'], other: ['one'] } });
    expect(circle.withBrought(['one'])).toEqual(['one', 'other']);
  });

  it('is not found among the names of Object.prototype', () => {
    expect(access.withBrought(['constructor', '__proto__'])).toEqual(['constructor', '__proto__']);
  });
});
