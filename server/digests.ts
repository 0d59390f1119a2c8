/** Owns the digests that tell things apart without naming them. */
import { createHmac, hash, randomBytes } from 'node:crypto';

/** SHA-256, base64url: how a bearer's id is kept. */
export const sha256 = (text: string): string => hash('sha256', text, 'base64url');

/** Keyed, 128 bits, base64url: cannot be tried out from a dump. */
export const keyed = (key: Buffer, ...parts: readonly string[]): string =>
  createHmac('sha256', key).update(JSON.stringify(parts)).digest().subarray(0, 16).toString('base64url');

/** 128 random bits, base64url. */
export const randomId = (): string => randomBytes(16).toString('base64url');

/** 256 random bits, base64url. */
export const randomSecret = (): string => randomBytes(32).toString('base64url');
