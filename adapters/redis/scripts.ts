/**
 * Owns what Redis does in one step: each script touches one key, so that any slot of a cluster may hold it, and gives it
 * an end. `by` is the call that writes: a command that is sent again is told from another's by it.
 */
import type { Redis } from 'ioredis';

/** p: payload; e: when it expires, in seconds; s: when it was spent, in milliseconds; b: by whom it was written last. */
const PUT = `
  redis.call('HSET', KEYS[1], 'p', ARGV[1], 'e', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return 1`;

const INSERT = `
  if redis.call('EXISTS', KEYS[1]) == 1 then
    if redis.call('HGET', KEYS[1], 'b') == ARGV[4] then return 1 end
    return 0
  end
  redis.call('HSET', KEYS[1], 'p', ARGV[1], 'e', ARGV[2], 'b', ARGV[4])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return 1`;

const SPEND = `
  local kept = redis.call('HMGET', KEYS[1], 'e', 's', 'b')
  if not kept[1] or tonumber(kept[1]) <= tonumber(ARGV[1]) then return 0 end
  if kept[2] then
    if kept[3] == ARGV[3] then return 1 end
    return 0
  end
  redis.call('HSET', KEYS[1], 's', ARGV[2], 'b', ARGV[3])
  return 1`;

/** p: points; e: when they run out, in milliseconds. */
const ADD = `
  local kept = redis.call('HMGET', KEYS[1], 'p', 'e')
  if kept[2] and tonumber(kept[2]) > tonumber(ARGV[2]) then
    return { redis.call('HINCRBY', KEYS[1], 'p', ARGV[1]), kept[2] }
  end
  redis.call('HSET', KEYS[1], 'p', ARGV[1], 'e', ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  return { tonumber(ARGV[1]), ARGV[3] }`;

export interface Scripts {
  curfewPut(key: string, payload: string, expiresAt: number, keptMs: number): Promise<number>;
  curfewInsert(key: string, payload: string, expiresAt: number, keptMs: number, by: string): Promise<number>;
  curfewSpend(key: string, now: number, nowMs: number, by: string): Promise<number>;
  curfewAdd(
    key: string,
    points: number,
    nowMs: number,
    expiresAtMs: number,
    keptMs: number,
  ): Promise<readonly [number, string]>;
}

const LUA = {
  curfewPut: PUT,
  curfewInsert: INSERT,
  curfewSpend: SPEND,
  curfewAdd: ADD,
} as const satisfies Record<keyof Scripts, string>;

/** The client sends a script's digest, and its text where Redis does not know it yet. */
export const withScripts = (redis: Redis): Redis & Scripts => {
  for (const [name, lua] of Object.entries(LUA)) redis.defineCommand(name, { numberOfKeys: 1, lua });
  return redis as Redis & Scripts;
};
