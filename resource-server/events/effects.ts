/** Owns what one event does here: once, in the order in which they come. */
import type { Clock } from '../clock.ts';
import { createLru } from '../lru.ts';
import type { DenyList } from './deny-list.ts';
import type { Proofs } from './proofs.ts';
import type { SecurityEvent } from './security-event.ts';
import type { Sync } from './sync.ts';

export interface EffectParts {
  readonly denyList: DenyList;
  readonly sync: Sync;
  readonly clock: Clock;
  readonly proofs: Proofs;
  readonly onEvent: (event: SecurityEvent) => void;
}

const SSF = 'https://schemas.openid.net/secevent/ssf/event-type';
/** Delivered twice is delivered once; the server sends again what it did not hear a receipt for. */
const REMEMBERED = 10_000;

export const createEffects = ({ denyList, sync, clock, proofs, onEvent }: EffectParts) => {
  const seen = createLru<true>(REMEMBERED);
  const ofStream: Readonly<Record<string, (event: SecurityEvent) => void>> = {
    [`${SSF}/verification`]: ({ data, issuedAt }) => {
      const asked = proofs.settle(data['state']);
      if (asked !== undefined) sync.proven(asked, issuedAt);
    },
    [`${SSF}/stream-updated`]: ({ data }) => sync.paused(data['status'] !== 'enabled'),
  };
  return (event: SecurityEvent): void => {
    if (seen.get(event.jti)) return;
    seen.set(event.jti, true);
    sync.heard(event.seq, event.issuedAt);
    const own = ofStream[event.type];
    if (own) own(event);
    else {
      denyList.hear(event);
      sync.delayed(clock.nowMs() / 1000 - event.at);
    }
    onEvent(event);
  };
};
