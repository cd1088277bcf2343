import { describe, expect, it } from '@jest/globals';
import { AccessConfig } from '../../lib/access/access-options.js';

describe('The access options', () => {
  it('are all left out by default', () => {
    expect({ ...new AccessConfig() }).toEqual({ revalidate: 0 });
  });

  it('are handed on as they are given', () => {
    const options = { getRole: () => 'admin', getPermissions: () => [], check: () => true, reload: () => null };
    expect({ ...new AccessConfig({ ...options, revalidate: 60 }) }).toEqual({ ...options, revalidate: 60_000 });
  });
});

describe('Roles that bring others with them', () => {
  const access = new AccessConfig({ roles: { admin: ['editor'], editor: ['author', 'reader'] } });

  it('are had with all that these bring', () => {
    expect(access.withBrought(['admin'])).toEqual(['admin', 'editor', 'author', 'reader']);
    expect(access.withBrought(['author'])).toEqual(['author']);
  });

  it('may go in a circle', () => {
    const circle = new AccessConfig({ roles: { one: ['other'], other: ['one'] } });
    expect(circle.withBrought(['one'])).toEqual(['one', 'other']);
  });

  it('are never those that every object has by nature', () => {
    expect(access.withBrought(['constructor', '__proto__'])).toEqual(['constructor', '__proto__']);
  });
});
