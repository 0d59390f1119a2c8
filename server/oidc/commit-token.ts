/** Owns what a token request writes once its answer is ready, and what it answers where that cannot be written. */
import { defined } from '../defined.ts';
import type { NewEvent } from '../events.ts';
import type { DeviceSession } from '../sessions/device-session.ts';
import { afterVerdict, judge, type ReuseEvidence, reportsSharing, type Verdict } from '../sessions/family.ts';
import type { Lifetimes } from '../sessions/policy.ts';
import { admits, admitsStepUp, exchanged } from '../sessions/sessions.ts';
import type { Refusal, Work } from '../sessions/store.ts';
import { placeNow } from './access-tokens.ts';
import type { OidcParts } from './parts.ts';
import type { CodeExchange, Redemption, Unit } from './unit-of-work.ts';

/** What the commit has to do once the work is written. */
export interface Consequences {
  readonly events: NewEvent[];
  begun?: DeviceSession;
  /** Two parties hold the family: known only from the state that the write replaced. */
  reuse?: { readonly session: DeviceSession; readonly evidence: ReuseEvidence };
}

type Part = Pick<Work, 'change' | 'ssoGuard' | 'accountGuard' | 'spend'>;

const about = (unit: Unit, session: DeviceSession) => ({
  at: unit.now,
  accountId: session.accountId,
  sid: session.sid,
  clientId: session.clientId,
  address: unit.address,
  userAgent: unit.userAgent,
});

const VERDICT_EVENTS = {
  retried: 'refresh_retried',
  retried_late: 'refresh_retried_late',
  behind: 'refresh_behind',
  healed: 'refresh_healed',
} as const;

const verdictEvents = (unit: Unit, { session, verdict, presented }: Redemption): NewEvent[] => {
  if (verdict.kind === 'rotated' || verdict.kind === 'over' || verdict.kind === 'reuse') return [];
  const data = { presented: presented.generation, current: session.head?.generation };
  const events: NewEvent[] = [{ type: VERDICT_EVENTS[verdict.kind], ...about(unit, session), data }];
  if (verdict.kind === 'healed' && verdict.lost > 1) {
    events.push({ type: 'store_restored', ...about(unit, session), data: { ...data, lost: verdict.lost } });
  }
  return events;
};

/** What only the state that the write replaces can tell. */
const noteState = (unit: Unit, lifetimes: Lifetimes, redemption: Redemption, current: DeviceSession): NewEvent[] => {
  if (current.head?.generation === redemption.session.head?.generation) return [];
  // Another request came first: this one is a retry now, and is written down as one.
  const verdict = judge(current, redemption.presented, lifetimes, unit.now);
  return verdictEvents(unit, { ...redemption, session: current, verdict });
};

/** Why nothing is issued after all, or the state that stays. */
const overtaken = (current: DeviceSession, now: Verdict, { verdict }: Redemption, then: Consequences) => {
  if (now.kind === 'over') return { refused: 'session', reason: now.reason } as const;
  // Overtaken since it was read: what was issued is the previous generation now, and a retry of it goes on from there.
  if (now.kind !== 'reuse' || verdict.kind !== 'retried_late') return current;
  then.reuse = { session: current, evidence: now.evidence };
  return { refused: 'session', reason: 'reuse' } as const;
};

/** An app without a secret asks from the device itself. */
const deviceAddress = ({ clientOf }: OidcParts, unit: Unit, { clientId }: DeviceSession): string | undefined =>
  clientOf(clientId)?.token_endpoint_auth_method === 'none' ? unit.address : undefined;

/** A redemption writes the family's next state: compare-and-set of one document. */
const refreshPart = (
  parts: OidcParts,
  unit: Unit,
  lifetimes: Lifetimes,
  redemption: Redemption,
  then: Consequences,
): Part => {
  const { session, presented } = redemption;
  const issued = {
    presented,
    opaque: unit.isOpaque ?? false,
    now: unit.now,
    lifetimes,
    epoch: placeNow(unit)?.epoch ?? 0,
    keyId: parts.keys.refresh[0].id,
    address: deviceAddress(parts, unit, session),
  };
  then.events.push(...verdictEvents(unit, redemption));
  const next = (current: DeviceSession): DeviceSession | Refusal => {
    then.events.push(...noteState(unit, lifetimes, redemption, current));
    const after = afterVerdict(current, issued);
    if ('kind' in after) return overtaken(current, after, redemption, then);
    if (reportsSharing(current, after)) then.events.push({ type: 'family_shared', ...about(unit, session) });
    return after;
  };
  return { change: { seen: session, next } };
};

const exchangePart = (parts: OidcParts, unit: Unit, lifetimes: Lifetimes, x: CodeExchange): Part => {
  const { session, stepUp } = x;
  const { accountId } = session;
  if (stepUp) {
    return {
      spend: [{ ...x.code, now: unit.now, nowMs: parts.clock.nowMs() }],
      change: {
        seen: session,
        next: (current) =>
          current.status === 'live' ? current : { refused: 'session', reason: current.ended?.reason ?? 'gone' },
      },
      ssoGuard: { uid: stepUp.ssoUid, marks: stepUp.marks },
      accountGuard: { accountId, admit: admitsStepUp(session, stepUp) },
    };
  }
  return {
    change: {
      seen: session,
      next: (current) =>
        exchanged(current, {
          now: unit.now,
          nowMs: parts.clock.nowMs(),
          lifetimes,
          family: unit.family,
          opaque: unit.isOpaque ?? false,
          keyId: parts.keys.refresh[0].id,
          address: deviceAddress(parts, unit, session),
        }),
    },
    ...(session.ssoUid === undefined ? {} : { ssoGuard: { uid: session.ssoUid, marks: session.ssoMarks } }),
    accountGuard: { accountId, admit: admits(session) },
  };
};

/** What a step-up changed, for those who are told of it. */
const stepUpFacts = ({ resources, acr }: NonNullable<CodeExchange['stepUp']>, session: DeviceSession) =>
  defined({ resources, acr, acr_before: session.acr });

/** The parts of the work that a token request adds. */
export const tokenPart = (parts: OidcParts, unit: Unit, then: Consequences): Part => {
  const session = (unit.redemption ?? unit.exchange)?.session;
  const lifetimes = session && parts.lifetimesOf(session.clientId);
  if (!session || !lifetimes) return {};
  if (unit.redemption) return refreshPart(parts, unit, lifetimes, unit.redemption, then);
  if (!unit.exchange) return {};
  const { stepUp } = unit.exchange;
  const { name, model } = session.device;
  then.events.push({
    type: stepUp ? 'stepped_up' : 'session_started',
    ...about(unit, session),
    data: { device: name, ...(model === undefined ? {} : { model }), ...(stepUp ? stepUpFacts(stepUp, session) : {}) },
  });
  if (!stepUp) then.begun = session;
  return exchangePart(parts, unit, lifetimes, unit.exchange);
};
