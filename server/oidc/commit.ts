/** Owns the end of a request at a protocol endpoint: one commit of all that it wants written, before its reply leaves. */
import type { Context } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { NewEvent } from '../events.ts';
import type { DeviceSession } from '../sessions/device-session.ts';
import type { EndReason } from '../sessions/ending.ts';
import { admits, admitsBrowser } from '../sessions/sessions.ts';
import type { Committed, Refusal, Work } from '../sessions/store.ts';
import { type Consequences, tokenPart } from './commit-token.ts';
import type { OidcParts } from './parts.ts';
import type { Unit } from './unit-of-work.ts';

/** `next` may run again where another writer came first: what it noted then counts once. */
const eventsOf = ({ events }: Consequences) => [...new Map(events.map((event) => [event.type, event])).values()];

/** A browser session is never older than an ending that covers it: else it could begin nothing, and ask nobody to sign in. */
const browserPart = ({ ssoSave }: Unit): Work => {
  if (!ssoSave) return {};
  const { uid: ssoUid, accountId, deviceId, epoch } = ssoSave.session;
  if (accountId === undefined) return { sso: ssoSave };
  return { sso: ssoSave, accountGuard: { accountId, admit: admitsBrowser({ ssoUid, deviceId, epoch }) } };
};

const authorizationPart = (unit: Unit): Work => {
  const { begin, ssoSave, sso } = unit;
  if (!begin) return browserPart(unit);
  const guarded = ssoSave?.how === 'insert' ? undefined : sso;
  return {
    ...(ssoSave ? { sso: ssoSave } : {}),
    begin,
    ...(guarded ? { ssoGuard: { uid: guarded.uid, marks: begin.ssoMarks } } : {}),
    accountGuard: { accountId: begin.accountId, admit: admits(begin) },
  };
};

const workOf = (parts: OidcParts, unit: Unit, then: Consequences): Work => {
  const token = tokenPart(parts, unit, then);
  const spend = unit.spend.map((ref) => ({ ...ref, now: unit.now, nowMs: parts.clock.nowMs() }));
  return {
    proofs: unit.proofs,
    put: unit.put,
    ...authorizationPart(unit),
    ...token,
    ...(unit.meeting ? { meeting: unit.meeting } : {}),
    spend: token.spend ?? spend,
    events: eventsOf(then),
  };
};

const isEmpty = ({ proofs, spend, put, sso, begin, change, events }: Work): boolean =>
  !sso && !begin && !change && [proofs, spend, put, events].every((list) => !list?.length);

/** A browser session that was destroyed, and not saved under a new id, was signed out: with all that began from it. */
const endDestroyed = async (parts: OidcParts, unit: Unit): Promise<void> => {
  const { sso, ssoDestroyed, ssoSave } = unit;
  if (!sso || ssoDestroyed === undefined || ssoSave?.session.uid === ssoDestroyed) return;
  const context = { address: unit.address, userAgent: unit.userAgent };
  if (sso.accountId === undefined) await parts.revocation.endSso(sso, 'signed_out', context);
  else await parts.revocation.endMany(sso.accountId, { kind: 'sso', uid: sso.uid }, 'signed_out', context);
};

/** What one that has made room for others of the same moment is told is what any such session is told: at its next use. */
const TOLD_AT_ONCE: ReadonlySet<EndReason> = new Set(['no_place', 'replaced']);

/** The code is spent by now: where the store fails, a reply without tokens would end the session. The next sign-in looks again. */
const settlePlaces = async (
  { places, log }: OidcParts,
  { address, userAgent }: Unit,
  begun: DeviceSession,
): Promise<Refusal | undefined> => {
  try {
    const reason = await places.settle(begun, { address, userAgent });
    return reason && TOLD_AT_ONCE.has(reason) ? { refused: 'session', reason } : undefined;
  } catch (error) {
    log.error('the places of one person at one client could not be settled', { error });
    return undefined;
  }
};

const endReused = (parts: OidcParts, unit: Unit, { session, evidence }: NonNullable<Consequences['reuse']>) =>
  parts.revocation.end(session, 'reuse', {
    address: unit.address,
    userAgent: unit.userAgent,
    data: { ...evidence },
  });

/** A mere look, such as most introspections: what it proved is written already. */
const isIdle = ({ redemption, exchange, begin, ssoSave, ssoDestroyed, proofs, spend, put }: Unit): boolean =>
  !redemption &&
  !exchange &&
  !begin &&
  !ssoSave &&
  ssoDestroyed === undefined &&
  proofs.length + spend.length + put.length === 0;

const announceMeeting = ({ emit }: OidcParts, { meeting }: Unit, { hasMet }: Committed): void => {
  if (hasMet && meeting) emit(meeting.event);
};

/**
 * Writes what the request wants written. A refusal means that none of it was, or that the session it began has ended
 * again, for want of a place: before anybody was given its tokens.
 */
export const commit = async (parts: OidcParts, unit: Unit): Promise<Refusal | undefined> => {
  if (isIdle(unit)) return undefined;
  const then: Consequences = { events: [] };
  const work = workOf(parts, unit, then);
  const outcome = isEmpty(work) ? {} : await parts.store.commit(work);
  if (outcome.refused) {
    if (then.reuse) await endReused(parts, unit, then.reuse);
    return outcome;
  }
  const events = eventsOf(then);
  await announce(parts, new Set(work.events), events);
  if (unit.redemption && !events.some(({ type }) => type.startsWith('refresh_'))) parts.rotated();
  announceMeeting(parts, unit, outcome);
  await endDestroyed(parts, unit);
  return then.begun && outcome.session ? settlePlaces(parts, unit, outcome.session) : undefined;
};

/** Those that the commit wrote are told; what only the commit found out is written first. */
const announce = async (
  parts: OidcParts,
  written: ReadonlySet<NewEvent>,
  events: readonly NewEvent[],
): Promise<void> => {
  for (const event of events) {
    if (written.has(event)) parts.emit(event);
    else await parts.record(event);
  }
};

/** What an authorization request leaves is needed even where it ends in an error: the interaction stays spent. */
const COMMITTED_ON_ERROR = new Set(['authorization', 'resume']);

/** Whether the request's work is to be written: nothing of a failed one is. */
export const isCommitted = (ctx: Context): boolean => {
  const route = (ctx as Partial<KoaContextWithOIDC>).oidc?.route;
  return ctx.status < 400 || (ctx.status < 500 && route !== undefined && COMMITTED_ON_ERROR.has(route));
};
