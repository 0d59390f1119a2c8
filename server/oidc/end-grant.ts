/** Owns what ends when the protocol library revokes a grant: the device session, with the reason that the request gives. */
import type { EndReason } from '../sessions/ending.ts';
import { sidOf } from './grant-id.ts';
import type { OidcParts } from './parts.ts';
import { readSession } from './read-session.ts';
import { currentRoute, currentUnit, type Unit } from './unit-of-work.ts';

interface Cause {
  readonly reason: EndReason;
  readonly data?: Readonly<Record<string, unknown>>;
}

const causeOf = (unit: Unit | undefined): Cause => {
  if (currentRoute() !== 'token') return { reason: 'signed_out' };
  const verdict = unit?.redemption?.verdict;
  return verdict?.kind === 'reuse' ? { reason: 'reuse', data: { ...verdict.evidence } } : { reason: 'code_replayed' };
};

/** Durable before it resolves: the library sends its error only then. */
export const endGrant = async (parts: OidcParts, grantId: string): Promise<void> => {
  const session = await readSession(parts, sidOf(grantId));
  if (!session) return;
  const unit = currentUnit();
  const { reason, data } = causeOf(unit);
  await parts.revocation.end(session, reason, {
    address: unit?.address,
    userAgent: unit?.userAgent,
    ...(data ? { data } : {}),
  });
};
