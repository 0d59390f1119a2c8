/**
 * Owns what the page of a mailed link carries from the second factor to the new password: sealed, of that link alone, and
 * soon over, so that nothing is kept of what is never finished.
 */
import { sha256 } from '../digests.ts';
import { type SealingKeys, seal, unseal } from '../seal.ts';
import type { Clock } from '../sessions/time.ts';

const TICKET_SECONDS = 10 * 60;

export interface ResetTickets {
  make(token: string): string;
  holds(ticket: string, token: string): boolean;
  /** What a passkey signs its answer for: this link's page, and no other. */
  visitOf(token: string): string;
}

interface Parts {
  readonly keys: SealingKeys;
  readonly clock: Clock;
}

const place = (token: string): string => `curfew/v1/reset.${sha256(token)}`;

export const createResetTickets = ({ keys, clock }: Parts): ResetTickets => {
  const until = (ticket: string, token: string): number => {
    for (const key of keys) {
      try {
        return Number(unseal(ticket, place(token), key));
      } catch {
        // Sealed under another secret, for another link, or by nobody.
      }
    }
    return 0;
  };
  return {
    make: (token) => seal(String(clock.now() + TICKET_SECONDS), place(token), keys[0]),
    holds: (ticket, token) => clock.now() < until(ticket, token),
    visitOf: (token) => `reset ${sha256(token)}`,
  };
};
