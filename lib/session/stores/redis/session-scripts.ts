/** Stores a text under a new key: the text, when it expires, the user. */
export const INSERT = `
  redis.call('HSET', KEYS[1], 'text', ARGV[1], 'version', 1, 'user', ARGV[3])
  redis.call('PEXPIREAT', KEYS[1], ARGV[2])`;

/**
 * Replaces a text if its version matches, and returns the new version: the text, when it expires, the version, the user.
 * A text that only tells where a session is, or that it has ended, has no user, and leaves the one before it. Sets the
 * expiry last, because an expiry in the past deletes the key immediately.
 */
export const REPLACE = `
  if redis.call('HGET', KEYS[1], 'version') ~= ARGV[3] then return false end
  redis.call('HSET', KEYS[1], 'text', ARGV[1])
  if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'user', ARGV[4]) end
  local version = redis.call('HINCRBY', KEYS[1], 'version', 1)
  redis.call('PEXPIREAT', KEYS[1], ARGV[2])
  return version`;

/** Replaces the text under one key, as above, and stores another under a new one: text, expiry, version, text, expiry, user. */
export const MOVE = `
  if redis.call('HGET', KEYS[1], 'version') ~= ARGV[3] then return false end
  redis.call('HSET', KEYS[2], 'text', ARGV[4], 'version', 1, 'user', ARGV[6])
  redis.call('PEXPIREAT', KEYS[2], ARGV[5])
  redis.call('HSET', KEYS[1], 'text', ARGV[1])
  redis.call('HINCRBY', KEYS[1], 'version', 1)
  redis.call('PEXPIREAT', KEYS[1], ARGV[2])
  return 1`;

export const REMOVE = `return redis.call('DEL', KEYS[1])`;

/**
 * Adds a key to a user's list, and removes expired ones: the key, when it expires, now. The list expires with its last
 * key.
 */
export const LIST = `
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])
  local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
  if last[2] then redis.call('PEXPIREAT', KEYS[1], last[2]) end`;

export const UNLIST = `return redis.call('ZREM', KEYS[1], ARGV[1])`;

/** Returns the keys in a user's list. */
export const KEYS = `return redis.call('ZRANGE', KEYS[1], 0, -1)`;
