/**
 * Owns the nonces of DPoP proofs (RFC 9449 §8 and §9) at our own APIs. They are those of oidc-provider 9.13
 * (lib/helpers/challenge.js), since an app keeps one nonce for a server: one that either gave is good at the other.
 * `test/flows/account-dpop.test.ts` notices where the two part.
 */
import { hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../sessions/time.ts';

const STEP_SECONDS = 60;
/** A nonce holds for so many steps around its own. */
const STEPS_AROUND = 2;
/** From when it is given until it is refused, at most. */
export const NONCE_SECONDS = (2 * STEPS_AROUND + 1) * STEP_SECONDS;

const nonceOf = (secret: Buffer, step: number): string => {
  const salt = Buffer.alloc(8);
  salt.writeBigUInt64BE(BigInt(step));
  return Buffer.from(hkdfSync('sha256', secret, salt, 'DPoP', 32)).toString('base64url');
};

const isSame = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

export interface DpopNonces {
  /** What the next proof is to carry. */
  next(): string;
  holds(nonce: string): boolean;
}

export const dpopNonces = (secret: Buffer, clock: Clock): DpopNonces => {
  const around = (): readonly string[] => {
    const step = Math.floor(clock.now() / STEP_SECONDS);
    return Array.from({ length: 2 * STEPS_AROUND + 1 }, (_, index) => nonceOf(secret, step - STEPS_AROUND + index));
  };
  return {
    next: () => nonceOf(secret, Math.floor(clock.now() / STEP_SECONDS) + 1),
    holds: (nonce) => around().some((one) => isSame(one, nonce)),
  };
};
