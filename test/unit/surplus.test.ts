import { expect } from 'chai';
import fc from 'fast-check';
import type { DeviceSession } from '../../server/sessions/device-session.ts';
import { type Lifetimes, PROFILES } from '../../server/sessions/policy.ts';
import { surplusIn } from '../../server/sessions/surplus.ts';
import { deviceSession, NOW } from '../contract/samples.ts';

const rules = (given: Partial<Lifetimes>): Lifetimes => ({ ...PROFILES.standard, ...given });

interface Given {
  readonly cookie?: string;
  readonly jkt?: string;
  /** When it was exchanged, in milliseconds, and when it was used. */
  readonly at?: number;
  readonly used?: number;
  readonly id?: string;
  readonly appId?: string;
}

const session = (sid: string, { cookie, jkt, at = 0, used = 0, id = sid, appId }: Given = {}): DeviceSession =>
  deviceSession({
    sid,
    lastUsedAt: NOW + used,
    exchangedAtMs: NOW * 1000 + at,
    device: {
      id,
      name: 'Phone',
      ...(cookie === undefined ? {} : { cookie }),
      ...(appId === undefined ? {} : { appId }),
    },
    family: { salt: 'salt', ...(jkt === undefined ? {} : { jkt }) },
  });

const over = (live: readonly DeviceSession[], lifetimes: Partial<Lifetimes> = {}) =>
  Object.fromEntries(surplusIn(live, rules(lifetimes)).map((one) => [one.session.sid, one.reason]));

describe('which sessions of one person at one app give way', () => {
  it('those that the same app on the same device followed, by its cookie or by its key', () => {
    const live = [
      session('old', { cookie: 'c', at: 1 }),
      session('older', { cookie: 'c', at: 0 }),
      session('new', { cookie: 'c', jkt: 'k', at: 2 }),
      session('key', { jkt: 'k', at: 1 }),
      session('elsewhere', { cookie: 'd', at: 0 }),
    ];
    expect(over(live)).to.deep.equal({ old: 'replaced', older: 'replaced', key: 'replaced' });
    expect(over(live, { replacesPredecessor: false })).to.deep.equal({});
  });

  it('never one that only the app’s own words connect, nor one that nothing does', () => {
    const live = [
      session('one', { id: 'd', appId: 'a' }),
      session('two', { id: 'd', appId: 'a', at: 1 }),
      session('x'),
    ];
    expect(over(live)).to.deep.equal({});
  });

  it('the ones unused longest, beyond the limit', () => {
    const live = [session('a', { used: 3 }), session('b', { used: 1 }), session('c', { used: 2 })];
    expect(over(live, { sessionsPerAccount: 2 })).to.deep.equal({ b: 'session_limit' });
    expect(over(live, { sessionsPerAccount: 3 })).to.deep.equal({});
    expect(over(live, { sessionsPerAccount: 0 })).to.deep.equal({});
  });

  it('the ones that came last, where the app refuses what is too much', () => {
    const live = [session('a', { used: 3, at: 5 }), session('b', { used: 9, at: 9 }), session('c', { at: 1 })];
    expect(over(live, { sessionsPerAccount: 2, sessionLimit: 'refuse' })).to.deep.equal({ b: 'no_place' });
  });

  it('and none for one that has to go itself: a place is counted for the last of each app alone', () => {
    const live = [
      session('old', { cookie: 'c', used: 9 }),
      session('new', { cookie: 'c', at: 1 }),
      session('b', { used: 1 }),
    ];
    expect(over(live, { sessionsPerAccount: 2 })).to.deep.equal({ old: 'replaced' });
  });

  const step = fc.oneof(
    fc.record({ kind: fc.constant('begin' as const), cookie: fc.constantFrom('c1', 'c2', 'c3', 'c4', 'c5', 'c6') }),
    fc.record({ kind: fc.constant('use' as const), which: fc.nat(4) }),
    fc.record({ kind: fc.constant('look' as const) }),
    fc.record({ kind: fc.constant('end' as const), which: fc.nat(4) }),
  );
  const policies = fc.record({
    sessionsPerAccount: fc.integer({ min: 1, max: 4 }),
    sessionLimit: fc.constantFrom('end_oldest' as const, 'refuse' as const),
    replacesPredecessor: fc.boolean(),
  });
  type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

  /** Whoever looks ends what it saw to be too much, one after the other, sooner or later, unless it was used since. */
  const played = (steps: readonly Step[], policy: Partial<Lifetimes>): number => {
    const live = new Map<string, DeviceSession>();
    const look = () => surplusIn([...live.values()], rules(policy));
    const seen: ReturnType<typeof surplusIn>[number][][] = [];
    const end = ({ session: { sid, lastUsedAt }, reason }: (typeof seen)[number][number]): void => {
      if (reason !== 'session_limit' || live.get(sid)?.lastUsedAt === lastUsedAt) live.delete(sid);
    };
    const use = (used: DeviceSession | undefined, at: number): void => {
      if (used) live.set(used.sid, { ...used, lastUsedAt: NOW + at });
    };
    const acts = {
      begin: ({ cookie }, at) => live.set(`s${at}`, session(`s${at}`, { ...(cookie && { cookie }), at, used: at })),
      look: () => seen.push([...look()]),
      use: ({ which = 0 }, at) => use([...live.values()][which], at),
      end: ({ which = 0 }) => seen[which]?.splice(0, 1).forEach(end),
    } satisfies Record<Step['kind'], (one: { kind: string; which?: number; cookie?: string }, at: number) => unknown>;
    const play = (one: Step, at: number): unknown => acts[one.kind](one, at);
    steps.forEach(play);
    for (const left of seen) left.forEach(end);
    for (let last = look(); last.length > 0; last = look()) last.forEach(end);
    return live.size;
  };

  it('[95] leaves as many as the limit says, never fewer, whoever looks when, with sign-ins and uses in between', () => {
    fc.assert(
      fc.property(policies, fc.array(step, { maxLength: 40 }), (policy, steps) => {
        const cookies = steps.flatMap((one) => (one.kind === 'begin' ? [one.cookie] : []));
        const entitled = policy.replacesPredecessor ? new Set(cookies).size : cookies.length;
        expect(played(steps, policy)).to.equal(Math.min(policy.sessionsPerAccount, entitled));
      }),
      { numRuns: 2000 },
    );
  });
});
