import { expect } from 'chai';
import { explain } from '../../server/cli/explain.ts';
import type { StoredEvent } from '../../server/events.ts';
import { END_REASONS, type EndReason } from '../../server/sessions/ending.ts';
import { PROFILES } from '../../server/sessions/policy.ts';
import { AT, CALLER, DAY, ended, event, HOUR, START, session, started } from './explain-fixture.ts';

const endedBy = (reason: EndReason, data?: Record<string, unknown>, from?: Partial<StoredEvent>) => {
  const { row, events } = ended(reason, data, from);
  return explain(row, events, PROFILES.standard, AT + 3 * DAY);
};

describe('session explain: why a session ended', () => {
  for (const reason of Object.keys(END_REASONS) as EndReason[]) {
    it(`answers first, in one sentence, and says what ${reason} means`, () => {
      const { state, answer, notes, ended: end } = endedBy(reason);
      expect(state).to.equal('ended');
      expect(end).to.deep.equal({ at: AT, reason });
      expect(answer).to.equal(
        `This session ended at 2026-01-01T02:00:00Z (3 days ago): ${END_REASONS[reason].sentence}.`,
      );
      expect(notes).to.not.be.empty;
      expect(notes.join(' ')).to.not.match(/undefined|NaN|\?/);
    });
  }

  const reuse = { presented: 3, current: 4, ageSeconds: 300, successorUsed: true };
  const told = [
    {
      title: 'which generation came back, how old, whence, and that the successor was in use',
      reason: 'reuse',
      data: reuse,
      says: /Generation 3 .* came back from 203\.0\.113\.9 \(Other\/2\), 5 minutes after generation 4 had replaced it\. Generation 4 was in use/,
    },
    {
      title: 'that the successor was not seen in use, and the limits of a retry',
      reason: 'reuse',
      data: { ...reuse, successorUsed: false },
      says: /Generation 4 had not been seen in use: .*limits allow \(2 minutes, and 1 day where nobody used the successor\)/,
    },
    {
      title: 'that a much older generation came back',
      reason: 'reuse',
      data: { ...reuse, presented: 1 },
      says: /Generation 1 .*; generation 4 was the newest, and 5 minutes old/,
    },
    {
      title: 'that two parties shared it in plain sight',
      reason: 'reuse',
      data: { ...reuse, sharedInARow: 3 },
      says: /3 generations in a row were redeemed by two parties, the last time from 203\.0\.113\.9/,
    },
    { title: 'what to do about a theft', reason: 'reuse', data: reuse, says: /curfew account password --sub ada/ },
    {
      title: 'when it was last used, and the idle limit',
      reason: 'idle_timeout',
      data: {},
      says: /last used at 2026-01-01T01:00:00Z \(3 days ago\)\. The app phone allows 30 days without use/,
    },
    {
      title: 'when the person authenticated, and the absolute limit',
      reason: 'absolute_timeout',
      data: {},
      says: /authenticated at 2026-01-01T00:00:00Z\. The app phone allows 180 days/,
    },
    { title: 'who asked', reason: 'signed_out_elsewhere', data: { by: 'X' }, says: /in session X from 203\.0\.113\.9/ },
    { title: 'the command line', reason: 'admin', data: { by: 'command line' }, says: /ended on the command line/ },
    {
      title: 'a notice',
      reason: 'device_lost',
      data: { by: 'mailed link' },
      says: /reported with the link in a notice/,
    },
    { title: 'the host', reason: 'admin', data: {}, says: /by the application that this server is part of/ },
  ] as const;
  for (const { title, reason, data, says } of told) {
    it(`tells of ${reason}: ${title}`, () => expect(endedBy(reason, data, CALLER).notes.join(' ')).to.match(says));
  }

  it('tells a session past its time as ended, though nobody has marked it', () => {
    const { state, ended: end, notes } = explain(session(), [started], PROFILES.standard, START + 31 * DAY);
    expect({ state, end }).to.deep.equal({
      state: 'ended',
      end: { reason: 'idle_timeout', at: START + HOUR + 30 * DAY },
    });
    expect(notes.at(-1)).to.match(/marks it ended at its next look/);
  });

  it('tells of a session whose row is gone what its events hold', () => {
    const { events } = ended('password_changed');
    const gone = explain(undefined, events, PROFILES.standard, AT + 40 * DAY);
    expect(gone).to.deep.include({ state: 'forgotten', ended: { at: AT, reason: 'password_changed' } });
    expect(gone.facts).to.equal(undefined);
    const none = explain(undefined, [started], PROFILES.standard, AT);
    expect(none).to.deep.include({ state: 'forgotten', ended: undefined });
  });

  it('does not take a reason that it does not know', () => {
    const odd = event({ type: 'session_ended', at: AT, data: { reason: 'constructor' } });
    expect(explain(undefined, [odd], undefined, AT).ended).to.equal(undefined);
  });
});
