/** Owns the nonces that proofs carry (RFC 9449 §9): computed from the time, so no node has to remember one. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from './clock.ts';

export interface Nonces {
  current(): string;
  /** One of this step, or of the one before. */
  isValid(nonce: string): boolean;
}

const STEP_SECONDS = 60;

export const createNonces = (secret: Uint8Array, clock: Clock): Nonces => {
  const nonceOf = (step: number): string =>
    createHmac('sha256', secret).update(`dpop-nonce ${step}`).digest('base64url').slice(0, 22);
  const step = (): number => Math.floor(clock.now() / STEP_SECONDS);
  const equal = (a: string, b: string): boolean =>
    a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
  return {
    current: () => nonceOf(step()),
    isValid: (nonce) => [step(), step() - 1].some((one) => equal(nonceOf(one), nonce)),
  };
};
