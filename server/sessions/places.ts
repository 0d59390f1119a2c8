/**
 * Owns how many sessions one person has at one client: as many as its limit allows, and of an installed app one: what
 * signs in again where it was before takes the place of its predecessor.
 */
import type { DeviceSession } from './device-session.ts';
import type { EndReason } from './ending.ts';
import { endReason, type Lifetimes } from './policy.ts';
import type { EndContext, Revocation } from './revocation.ts';
import type { SessionStore } from './store.ts';
import { type Surplus, surplusIn } from './surplus.ts';
import type { Clock } from './time.ts';

/** Who asks to sign in, and what proves that it did before. */
export interface Applicant {
  readonly accountId: string;
  readonly clientId: string;
  readonly cookie?: string | undefined;
  readonly jkt?: string | undefined;
}

export interface Places {
  /**
   * A sign-in's code was exchanged: whatever it leaves no place for has ended when this resolves. Resolves to why the
   * newcomer itself may not stay, and has ended.
   */
  settle(begun: DeviceSession, context?: EndContext): Promise<EndReason | undefined>;
  /** Whether the client turns the sign-in away: the account has no place left there, and takes none of its own again. */
  isFull(applicant: Applicant): Promise<boolean>;
}

interface Parts {
  readonly store: SessionStore;
  readonly revocation: Revocation;
  readonly clock: Clock;
  readonly lifetimesOf: (clientId: string) => Lifetimes | undefined;
}

/** Sessions of one person at one client that one look sees. */
const LOOK = 1000;

/** Nothing to look for: no limit, and nothing that could prove a predecessor. */
const isAlone = ({ device, family }: DeviceSession, { sessionsPerAccount, replacesPredecessor }: Lifetimes): boolean =>
  sessionsPerAccount === 0 && !(replacesPredecessor && (device.isReturning || family?.jkt !== undefined));

/** One whose time has run out takes no place; the sweeper ends it. */
const liveOf = async (
  { store, clock }: Parts,
  { accountId, clientId }: Pick<Applicant, 'accountId' | 'clientId'>,
  lifetimes: Lifetimes,
): Promise<readonly DeviceSession[]> => {
  const now = clock.now();
  const rows = await store.list({ accountId, clientId, status: 'live', limit: LOOK });
  return rows.filter((row) => endReason(row, lifetimes, now) === undefined);
};

/** One that is used meanwhile, and so moves up, is judged anew: else two who look at different times end one too many. */
const endOne = async ({ revocation }: Parts, { session, reason }: Surplus, context: EndContext): Promise<boolean> => {
  const { lastUsedAt: seen } = session;
  const still = reason === 'session_limit' ? ({ lastUsedAt }: DeviceSession) => lastUsedAt === seen : undefined;
  return (await revocation.end(session, reason, context, still)) !== 'kept';
};

const endAll = async (parts: Parts, some: readonly Surplus[], context: EndContext): Promise<readonly Surplus[]> => {
  const outcomes = await Promise.all(some.map((one) => endOne(parts, one, context)));
  return some.filter((_, index) => outcomes[index]);
};

/** Looks once, and ends what is too many. `isDone`: nothing moved meanwhile. */
const round = async (parts: Parts, begun: DeviceSession, lifetimes: Lifetimes, context: EndContext) => {
  const surplus = surplusIn(await liveOf(parts, begun, lifetimes), lifetimes);
  const [beyond, replaced] = [false, true].map((is) => surplus.filter(({ reason }) => (reason === 'replaced') === is));
  const ended = [
    ...(await endAll(parts, beyond ?? [], context)),
    ...(await endAll(parts, replaced ?? [], { ...context, data: { by: begun.sid } })),
  ];
  const reason = ended.find(({ session }) => session.sid === begun.sid)?.reason;
  return { reason, isDone: ended.length === surplus.length && surplus.length < LOOK };
};

export const createPlaces = (parts: Parts): Places => ({
  async settle(begun, context = {}) {
    const lifetimes = parts.lifetimesOf(begun.clientId);
    if (!lifetimes || isAlone(begun, lifetimes)) return undefined;
    for (;;) {
      const { reason, isDone } = await round(parts, begun, lifetimes, context);
      if (reason || isDone) return reason;
    }
  },

  async isFull({ accountId, clientId, cookie, jkt }) {
    const lifetimes = parts.lifetimesOf(clientId);
    if (!lifetimes || lifetimes.sessionsPerAccount === 0 || lifetimes.sessionLimit !== 'refuse') return false;
    const live = await liveOf(parts, { accountId, clientId }, lifetimes);
    const over = new Set(surplusIn(live, lifetimes).map(({ session }) => session));
    const takesAgain = ({ device, family }: DeviceSession): boolean =>
      lifetimes.replacesPredecessor &&
      ((cookie !== undefined && device.cookie === cookie) || (jkt !== undefined && family?.jkt === jkt));
    return live.filter((session) => !over.has(session) && !takesAgain(session)).length >= lifetimes.sessionsPerAccount;
  },
});
