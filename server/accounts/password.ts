/** Owns how passwords are hashed and compared: one cost for every account, and never more at once than the machine can bear. */
import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { CurfewError } from '../errors.ts';

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane. */
export const ARGON2ID = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

const SALT_BYTES = 16;
const DIGEST_BYTES = 32;
const MAX_CONCURRENCY = 2;
const MAX_WAITING = 64;
const LONGEST_RETRY_SECONDS = 15;

const zeros = (bytes: number): string => Buffer.alloc(bytes).toString('base64').replaceAll('=', '');

/** What unknown accounts are verified against. Spelled from the parameters, so that its cost cannot fall behind theirs. */
export const NOBODYS_HASH = `$argon2id$v=19$m=${ARGON2ID.memoryCost},t=${ARGON2ID.timeCost},p=${ARGON2ID.parallelism}$${zeros(SALT_BYTES)}$${zeros(DIGEST_BYTES)}`;

export interface Passwords {
  /** PHC string of argon2id, with a salt of its own. */
  hash(password: string): Promise<string>;
  verify(phc: string, password: string): Promise<boolean>;
  /** Costs what `verify` costs, and is never true: for accounts that do not exist. */
  verifyNothing(password: string): Promise<false>;
  /** Throws what the others would where the queue is full: asked before anything else is done for a sign-in. */
  requirePlace(): void;
}

export interface PasswordsOptions {
  /** Hashes at once. They share libuv's pool with the signing of tokens, so sign-ins must leave it some threads. */
  readonly concurrency?: number;
  /** Hashes that may wait for their turn. */
  readonly maxWaiting?: number;
}

/** NIST SP 800-63B-4 §3.1.1.2: normalised before hashing, so that two keyboards agree on one password. */
const normal = (password: string): string => password.normalize('NFC');

/** First come, first served. Throws `unavailable` where too many wait already. */
const createTurns = (concurrency: number, maxWaiting: number) => {
  const waiting: (() => void)[] = [];
  let running = 0;
  /** Turned away since the queue was last at most half full: with a crowd at the door a single place comes and goes. */
  let turnedAway = 0;

  const requirePlace = (): void => {
    if (waiting.length <= maxWaiting / 2) turnedAway = 0;
    if (running < concurrency || waiting.length < maxWaiting) return;
    // A queue's length is served in about a second: those of a larger crowd who all came back then would wait in vain.
    const retryAfterSeconds = Math.min(LONGEST_RETRY_SECONDS, 1 + Math.floor(turnedAway / maxWaiting));
    turnedAway += 1;
    throw new CurfewError('unavailable', { detail: 'too many passwords are being checked at once', retryAfterSeconds });
  };
  const turn = async (): Promise<void> => {
    requirePlace();
    if (running < concurrency) {
      running += 1;
      return;
    }
    // The one that leaves hands its place over: `running` does not change, so nobody who comes between gets ahead.
    await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  };
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    await turn();
    try {
      return await work();
    } finally {
      leave();
    }
  };
  return { requirePlace, inTurn };
};

/** All four throw `unavailable`, with a time to come back, where the queue is full. */
export const createPasswords = ({
  concurrency = Math.min(MAX_CONCURRENCY, Math.max(1, availableParallelism() - 1)),
  maxWaiting = MAX_WAITING,
}: PasswordsOptions = {}): Passwords => {
  const { requirePlace, inTurn } = createTurns(concurrency, maxWaiting);
  return {
    hash: (password) => inTurn(() => hash(normal(password), { ...ARGON2ID, outputLen: DIGEST_BYTES })),
    verify: (phc, password) => inTurn(() => verify(phc, normal(password))),
    async verifyNothing(password) {
      await inTurn(() => verify(NOBODYS_HASH, normal(password)));
      return false;
    },
    requirePlace,
  };
};
