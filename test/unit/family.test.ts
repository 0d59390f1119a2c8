import { expect } from 'chai';
import type { DeviceSession, FamilyHead } from '../../server/sessions/device-session.ts';
import { afterUse, afterVerdict, issueEpoch, isVoided, judge, type Verdict } from '../../server/sessions/family.ts';
import { type Lifetimes, PROFILES } from '../../server/sessions/policy.ts';
import { deviceSession, head, NOW, pendingSession } from '../contract/samples.ts';

const standard: Lifetimes = PROFILES.standard;
const high: Lifetimes = PROFILES.high;
const WINDOW = standard.retryWindowSeconds;
const LATE = standard.lateRetrySeconds;

/** A family at generation 5, that `me` rotated last. */
const at5 = (given: Partial<FamilyHead> = {}, more: Partial<DeviceSession> = {}): DeviceSession =>
  deviceSession({ head: { ...head(5), redeemer: 'me', ...given }, ...more });

const bound = { family: { salt: 'salt', jkt: 'thumbprint' } };
const by = (generation: number, redeemer = 'me') => ({ generation, redeemer });
const verdict = (session: DeviceSession | undefined, generation: number, age = 0, lifetimes = standard) =>
  judge(session, by(generation), lifetimes, NOW + age).kind;

describe('the verdict on a refresh token', () => {
  const rows: ReadonlyArray<readonly [string, Verdict['kind'], DeviceSession | undefined, number, number]> = [
    ['of a session that is gone', 'over', undefined, 5, 0],
    ['of a session whose code was not exchanged', 'over', pendingSession(), 0, 0],
    ['of one that ended', 'over', at5({}, { status: 'ended', ended: { at: NOW, reason: 'signed_out' } }), 5, 0],
    ['of one that nobody used for too long', 'over', at5(), 5, standard.idleSeconds],
    ['present', 'rotated', at5(), 5, 0],
    ['present, a second before idle', 'rotated', at5(), 5, standard.idleSeconds - 1],
    ['previous, at once', 'retried', at5(), 4, 0],
    ['previous, at once, though its successor was used', 'retried', at5({ seen: true }), 4, 0],
    ['previous, in the last second of the window', 'retried', at5({ seen: true }), 4, WINDOW - 1],
    ['previous, after the window', 'retried_late', at5(), 4, WINDOW],
    ['previous, in the last second of the late retry', 'retried_late', at5(), 4, LATE - 1],
    ['previous, after the late retry', 'reuse', at5(), 4, LATE],
    ['previous, after the window, its successor used', 'reuse', at5({ seen: true }), 4, WINDOW],
    ['the one before, at once', 'reuse', at5(), 3, 0],
    ['the first one', 'reuse', at5(), 0, 0],
    ['previous, bound, inside the window', 'retried', at5({}, bound), 4, 0],
    ['previous, bound, after the window, unseen', 'retried_late', at5({}, bound), 4, WINDOW],
    ['previous, bound, after the window, used', 'behind', at5({ seen: true }, bound), 4, WINDOW],
    ['the first one, bound', 'behind', at5({}, bound), 0, 0],
    ['newer than the store', 'healed', at5(), 6, 0],
    ['much newer than the store', 'healed', at5(), 60, 0],
  ];
  for (const [what, kind, session, generation, age] of rows) {
    it(`${what}: ${kind}`, () => expect(verdict(session, generation, age)).to.equal(kind));
  }

  it('names the timeout that came first', () => {
    const old = at5({}, { lastUsedAt: NOW + standard.absoluteSeconds - 1 });
    expect(judge(old, by(5), standard, NOW + standard.absoluteSeconds)).to.include({ reason: 'absolute_timeout' });
    expect(judge(at5(), by(5), standard, NOW + standard.idleSeconds)).to.include({ reason: 'idle_timeout' });
  });

  it('issues the successor of the present one, the present one for a retry, the successor of what heals', () => {
    expect(judge(at5(), by(5), standard, NOW)).to.deep.equal({ kind: 'rotated', issue: 6 });
    expect(judge(at5(), by(4), standard, NOW)).to.deep.equal({ kind: 'retried', issue: 5 });
    expect(judge(at5({}, bound), by(2), standard, NOW)).to.deep.equal({ kind: 'behind', issue: 5 });
    expect(judge(at5(), by(9), standard, NOW)).to.deep.equal({ kind: 'healed', issue: 10, lost: 4 });
  });

  it('has no late retry where the policy has none', () => {
    expect(verdict(at5(), 4, high.retryWindowSeconds, high)).to.equal('reuse');
  });

  it('hands over the evidence with reuse', () => {
    expect(judge(at5({ seen: true }), by(1), standard, NOW + 40)).to.deep.equal({
      kind: 'reuse',
      evidence: { presented: 1, current: 5, ageSeconds: 40, successorUsed: true },
    });
  });

  it('ends a family that two share in plain sight where the policy says so, never one bound to a key', () => {
    const shared = { sharedInARow: 2 };
    const third = (session: DeviceSession, lifetimes = high) => judge(session, by(4, 'thief'), lifetimes, NOW);
    expect(third(at5(shared))).to.have.nested.property('evidence.sharedInARow', 3);
    expect(third(at5(shared), standard)).to.have.property('kind', 'retried');
    expect(third(at5(shared, bound))).to.have.property('kind', 'retried');
    expect(judge(at5(shared), by(4), high, NOW)).to.have.property('kind', 'retried');
    expect(third(at5({ sharedInARow: 1 }))).to.have.property('kind', 'retried');
  });
});

const issued = (generation: number, more: object = {}) => ({
  presented: by(generation),
  opaque: true,
  now: NOW,
  lifetimes: standard,
  epoch: 0,
  ...more,
});

const changed = (session: DeviceSession, ...given: Parameters<typeof issued>): DeviceSession => {
  const after = afterVerdict(session, issued(...given));
  if ('kind' in after) throw new Error(`a verdict: ${after.kind}`);
  return after;
};

describe('the family after a redemption', () => {
  it('moves by one for a rotation, remembers who and when, and counts as a use', () => {
    const after = changed(at5({ seen: true, shared: true, sharedInARow: 1 }), 5, {
      now: NOW + 9,
      presented: by(5, 'x'),
    });
    expect(after.head).to.deep.equal({ ...head(6), rotatedAt: NOW + 9, redeemer: 'x', sharedInARow: 1 });
    expect(after.lastUsedAt).to.equal(NOW + 9);
  });

  it('knows a JWT for used at once: nobody would see its use', () => {
    expect(changed(at5(), 5, { opaque: false }).head).to.include({ generation: 6, seen: true });
    expect(changed(at5(), 4, { opaque: false }).head).to.include({ generation: 5, seen: true });
  });

  it('moves nothing for a retry, nor for a process that is behind', () => {
    const session = at5();
    expect(changed(session, 4)).to.equal(session);
    const boundSession = at5({}, bound);
    expect(changed(boundSession, 2)).to.equal(boundSession);
  });

  it('voids what the generation got before, at a late retry, and not twice for two at once', () => {
    const late = changed(at5(), 4, { now: NOW + WINDOW, epoch: 1 });
    expect(late.head).to.deep.include({ generation: 5, rotatedAt: NOW });
    expect(isVoided(late.head, { generation: 5, epoch: 0 })).to.equal(true);
    expect(isVoided(late.head, { generation: 5, epoch: 1 })).to.equal(false);
    expect(isVoided(late.head, { generation: 4, epoch: 0 })).to.equal(false);
    expect(late.head && issueEpoch(late.head)).to.equal(1);
    expect(changed(late, 4, { now: NOW + WINDOW, epoch: 1 }).head).to.equal(late.head);
    expect(isVoided(changed(late, 4, { now: NOW + WINDOW, epoch: 2 }).head, { generation: 5, epoch: 1 })).to.equal(
      true,
    );
  });

  it('keeps them void after the next rotation, for as long as such a token may live', () => {
    const late = changed(at5(), 4, { now: NOW + WINDOW, epoch: 1 });
    const soon = changed(late, 5, { now: NOW + WINDOW + standard.accessTokenSeconds - 1 });
    expect(isVoided(soon.head, { generation: 5, epoch: 0 })).to.equal(true);
    expect(changed(late, 5, { now: NOW + WINDOW + standard.accessTokenSeconds }).head?.voided).to.deep.equal([]);
  });

  it('counts a second redeemer once a generation, and forgets the row when one is not shared', () => {
    const other = { presented: by(4, 'other') };
    const shared = changed(at5({ sharedInARow: 1 }), 4, other);
    expect(shared.head).to.include({ shared: true, sharedInARow: 2 });
    expect(changed(shared, 4, other)).to.equal(shared);
    expect(changed(at5({ sharedInARow: 2 }), 5).head).to.include({ sharedInARow: 0 });
  });

  it('becomes the verdict that the state asks for, where another request came first', () => {
    expect(afterVerdict(at5(), issued(2))).to.have.property('kind', 'reuse');
    const ended = at5({}, { status: 'ended', ended: { at: NOW, reason: 'admin' } });
    expect(afterVerdict(ended, issued(5))).to.deep.equal({ kind: 'over', reason: 'admin' });
  });
});

describe('the family after an access token was shown', () => {
  const show = (session: DeviceSession, generation: number, epoch = 0, age = 0) =>
    afterUse(session, { generation, epoch }, standard, NOW + age);

  it('knows that its generation arrived, and writes that once', () => {
    expect(show(at5(), 5)?.head).to.have.property('seen', true);
    const seen = at5({ seen: true });
    expect(show(seen, 5)).to.equal(seen);
    const session = at5();
    expect(show(session, 4)).to.equal(session);
  });

  it('counts it as a use once a minute, also a step-up token that belongs to no generation', () => {
    expect(show(at5({ seen: true }), 5, 0, 60)?.lastUsedAt).to.equal(NOW + 60);
    expect(show(at5({ seen: true }), 5, 0, 59)?.lastUsedAt).to.equal(NOW);
    expect(afterUse(at5(), undefined, standard, NOW + 60)).to.deep.include({ lastUsedAt: NOW + 60, head: at5().head });
  });

  it('honours no void token', () => {
    expect(show(at5({ voided: [{ generation: 5, epoch: 1, until: NOW + 900 }] }), 5, 0)).to.equal(undefined);
  });
});
