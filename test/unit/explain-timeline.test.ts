import { expect } from 'chai';
import { explain } from '../../server/cli/explain.ts';
import { explanationJson, explanationLines } from '../../server/cli/explain-answer.ts';
import { explainBrowser } from '../../server/cli/explain-browser.ts';
import { END_REASONS } from '../../server/sessions/ending.ts';
import { PROFILES } from '../../server/sessions/policy.ts';
import type { SsoSession } from '../../server/sessions/sso-session.ts';
import { AT, CALLER, DAY, ended, event, HOUR, SID, START, session, started } from './explain-fixture.ts';

describe('session explain: what has not ended', () => {
  const now = START + 2 * HOUR;
  const cases = [
    {
      title: 'a live session, and when it ends if nobody uses it',
      row: session(),
      lifetimes: PROFILES.standard,
      state: 'live',
      says: 'This session is live, last used at 2026-01-01T01:00:00Z (1 hour ago); if nobody uses it again, it ends at 2026-01-31T01:00:00Z (in 29 days).',
    },
    {
      title: 'a live session whose absolute end comes first',
      row: session({ authTime: START - 179 * DAY }),
      lifetimes: PROFILES.standard,
      state: 'live',
      says: 'This session is live, last used at 2026-01-01T01:00:00Z (1 hour ago); however much it is used, it ends at 2026-01-02T00:00:00Z (in 22 hours).',
    },
    {
      title: 'a live session of an app that is not configured here',
      row: session(),
      lifetimes: undefined,
      state: 'live',
      says: 'This session is live, last used at 2026-01-01T01:00:00Z (1 hour ago), but its app phone is not in this configuration.',
    },
    {
      title: 'a sign-in whose code may still be exchanged',
      row: session({ status: 'pending', dueAt: now + 30 }),
      lifetimes: PROFILES.standard,
      state: 'pending',
      says: 'This sign-in is not finished: the app has not exchanged its code, and can until 2026-01-01T02:00:30Z (in 30 seconds).',
    },
    {
      title: 'a sign-in whose code ran out',
      row: session({ status: 'pending', dueAt: now - 1 }),
      lifetimes: PROFILES.standard,
      state: 'pending',
      says: 'This sign-in was never finished: the app did not exchange its code before it ran out at 2026-01-01T01:59:59Z (1 second ago).',
    },
  ] as const;
  for (const { title, row, lifetimes, state, says } of cases) {
    it(`tells of ${title}`, () => {
      const told = explain(row, [started], lifetimes, now);
      expect(told).to.deep.include({ state, answer: says, ended: undefined });
    });
  }
});

describe('session explain: the timeline and the facts', () => {
  const { row, events } = ended('reuse', { presented: 3, current: 4, ageSeconds: 300, successorUsed: true }, CALLER);
  const retried = event({
    id: 3,
    type: 'refresh_retried',
    at: START + HOUR,
    lastAt: START + HOUR + 20,
    count: 3,
    data: { presented: 2, current: 3 },
  });
  const refused = event({
    id: 4,
    type: 'refresh_refused',
    at: AT,
    data: { reason: 'reuse', presented: 4 },
    userAgent: 'x'.repeat(100),
    address: '192.0.2.1',
  });
  // As the store lists them: newest first.
  const explained = explain(row, [...events, retried, refused].toReversed(), PROFILES.standard, AT);

  it('is dated, oldest first, and counts repeats', () => {
    const lines = explanationLines(explained, AT);
    expect(lines[0]).to.match(/^This session ended at /);
    const shown = lines.filter((line) => line.startsWith('  2026'));
    expect(shown.map((line) => line.trim().split(/\s{2,}/)[1])).to.deep.equal([
      "signed in on Ada's phone, iPhone 20, from 192.0.2.1",
      'generation 2 was redeemed again within the retry window, and got the same successor: a lost reply, or two requests at once; 3 times until 01:00',
      `ended: ${END_REASONS.reuse.sentence}, from 203.0.113.9 (Other/2)`,
      `a refresh with generation 4 was refused: ${END_REASONS.reuse.sentence}, from 192.0.2.1 (${'x'.repeat(59)}…)`,
    ]);
  });

  it('says what is stored of the session', () => {
    const text = explanationLines(explained, AT).join('\n');
    expect(text).to.match(/refresh token +generation 4, issued 2026-01-01T01:00:00Z, bearer/);
    expect(text).to.match(
      /limits +idle 30 days; absolute 180 days; access token 15 minutes; retry 2 minutes, late 1 day/,
    );
    expect(text).to.match(/authenticated +2026-01-01T00:00:00Z, acr pwd, amr pwd/);
    expect(text).to.not.match(/salt|hash/);
  });

  it('is the same in JSON', () => {
    const json = explanationJson(SID, explained);
    expect(json).to.have.all.keys('sid', 'state', 'ended', 'answer', 'notes', 'timeline', 'facts');
    expect(json.ended).to.deep.equal({ at: '2026-01-01T02:00:00Z', reason: 'reuse' });
    expect(json.timeline[1]).to.include({ type: 'refresh_retried', count: 3, last_at: '2026-01-01T01:00:20Z' });
    expect(json.facts).to.deep.include({ client_id: 'phone', account: 'ada' });
    expect(JSON.stringify(json)).to.not.match(/"salt"|codeHash/);
  });

  it('says so where the beginning is no longer in the log', () => {
    expect(explain(session(), [retried], PROFILES.standard, AT).notes.at(-1)).to.match(/no longer in the event log/);
  });
});

describe('session explain: a browser', () => {
  const sso: SsoSession = {
    uid: 'browser',
    idHash: 'hash',
    accountId: 'ada',
    startedAt: START,
    authTime: START,
    lastUsedAt: START,
    expiresAt: START + DAY,
    epoch: 0,
    marks: 1,
    marksAnswered: 0,
    payload: {},
  };
  const gone = event({ type: 'session_ended', at: AT, data: { reason: 'admin', browser: 'browser' } });
  const other = event({ id: 2, type: 'session_ended', at: AT, data: { reason: 'admin', browser: 'another' } });

  it('is told as what it is', () => {
    const { answer, notes, timeline } = explainBrowser(sso, [gone, other], AT);
    expect(answer).to.match(/^This session of a browser is live/);
    expect(notes.join(' ')).to.match(/has to authenticate/);
    expect(timeline).to.have.length(1);
    const end = { at: AT, reason: 'admin' } as const;
    expect(explainBrowser({ ...sso, ended: end }, [], AT).answer).to.match(/ended at .*: an administrator ended it\.$/);
    expect(explainBrowser(sso, [], START + 2 * DAY).answer).to.match(/ran out at/);
  });
});
