import { expect } from 'chai';
import { endReason, endsAt, type Lifetimes, PROFILES, ssoRefusal, touchIsDue } from '../../server/sessions/policy.ts';
import { deviceSession, NOW, ssoSession } from '../contract/samples.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** As docs/configuration.md lists them. */
const PROMISED: Readonly<Record<keyof Lifetimes, readonly [relaxed: unknown, standard: unknown, high: unknown]>> = {
  accessTokenSeconds: [60 * MINUTE, 15 * MINUTE, 5 * MINUTE],
  idleSeconds: [90 * DAY, 30 * DAY, 15 * MINUTE],
  absoluteSeconds: [365 * DAY, 180 * DAY, 12 * HOUR],
  retryWindowSeconds: [120, 120, 60],
  lateRetrySeconds: [7 * DAY, 24 * HOUR, 0],
  sessionsPerAccount: [0, 0, 5],
  sessionLimit: ['end_oldest', 'end_oldest', 'end_oldest'],
  replacesPredecessor: [true, true, true],
  keepsSignedIn: [true, true, false],
  ssoIdleSeconds: [30 * DAY, 7 * DAY, 15 * MINUTE],
  ssoAbsoluteSeconds: [90 * DAY, 30 * DAY, 12 * HOUR],
  endsSharedFamily: [false, false, true],
};

describe('the profiles', () => {
  for (const [key, row] of Object.entries(PROMISED)) {
    it(`are as promised: ${key}`, () => {
      const { relaxed, standard, high } = PROFILES;
      expect([relaxed, standard, high].map((profile) => profile[key as keyof Lifetimes])).to.deep.equal(row);
    });
  }
});

describe('the profiles of NIST SP 800-63B-4', () => {
  /** The most that each level allows: a session, and an unused one. */
  const most = { aal1: [30 * DAY, 30 * DAY], aal2: [DAY, HOUR], aal3: [12 * HOUR, 15 * MINUTE] } as const;
  for (const [name, [absolute, idle]] of Object.entries(most)) {
    it(`[92] ${name} ends sessions, of apps and of browsers, no later than that`, () => {
      const profile = PROFILES[name as keyof typeof most];
      expect(Math.max(profile.absoluteSeconds, profile.ssoAbsoluteSeconds)).to.equal(absolute);
      expect(Math.max(profile.idleSeconds, profile.ssoIdleSeconds)).to.equal(idle);
      expect(profile.accessTokenSeconds).to.be.at.most(idle);
    });
  }
});

describe('when a session is over', () => {
  const { standard } = PROFILES;
  const session = deviceSession();
  const { idleSeconds: idle, absoluteSeconds: absolute } = standard;
  const reason = (given: Parameters<typeof deviceSession>[0], at: number) =>
    endReason({ ...session, ...given }, standard, NOW + at);

  it('[49] is a second after nobody used it for as long as idle says', () => {
    expect(reason({}, idle - 1)).to.equal(undefined);
    expect(reason({}, idle)).to.equal('idle_timeout');
    expect(reason({ lastUsedAt: NOW + 10 }, idle)).to.equal(undefined);
  });

  it('[48] is at the absolute end, whatever the use, counted from the authentication and not from the session', () => {
    expect(reason({ lastUsedAt: NOW + absolute - 1 }, absolute - 1)).to.equal(undefined);
    expect(reason({ lastUsedAt: NOW + absolute - 1 }, absolute)).to.equal('absolute_timeout');
    expect(reason({ lastUsedAt: NOW + absolute - 1, authTime: NOW - 100 }, absolute - 100)).to.equal(
      'absolute_timeout',
    );
  });

  it('is the absolute end where both have come, and the reason of the mark where there is one', () => {
    expect(reason({}, absolute)).to.equal('absolute_timeout');
    expect(reason({ ended: { at: NOW, reason: 'device_lost' } }, absolute)).to.equal('device_lost');
  });

  it('is known beforehand', () => {
    expect(endsAt(session, standard)).to.deep.equal({ idle: NOW + idle, absolute: NOW + absolute });
  });
});

describe('when a use is written', () => {
  const rows: ReadonlyArray<readonly [idle: number, age: number, due: boolean]> = [
    [30 * DAY, 59, false],
    [30 * DAY, 60, true],
    [100, 9, false],
    [100, 10, true],
    [5, 0, false],
    [5, 1, true],
    [1, 1, true],
  ];
  for (const [idle, age, due] of rows) {
    it(`idle ${idle} s, last written ${age} s ago: ${due ? 'now' : 'not yet'}`, () => {
      expect(touchIsDue(NOW - age, idle, NOW)).to.equal(due);
    });
  }
});

describe("when the browser's sign-in does not count for an app", () => {
  const { standard, high } = PROFILES;
  const { authTime: _authTime, ...never } = ssoSession();
  const rows: ReadonlyArray<readonly [string, ReturnType<typeof ssoSession>, Lifetimes, number, string | undefined]> = [
    ['fresh', ssoSession(), standard, 0, undefined],
    ['nobody signed in', never, standard, 0, 'nobody'],
    ['ended', ssoSession({ ended: { at: NOW, reason: 'signed_out' } }), standard, 0, 'ended'],
    ['marked by an ending', ssoSession({ marks: 1 }), standard, 0, 'marked'],
    ['marked, and signed in since', ssoSession({ marks: 1, marksAnswered: 1 }), standard, 0, undefined],
    ['idle for this app', ssoSession(), standard, standard.ssoIdleSeconds, 'idle'],
    ['idle for a bank alone', ssoSession(), high, high.ssoIdleSeconds, 'idle'],
    [
      'too old, though in use',
      ssoSession({ lastUsedAt: NOW + standard.ssoAbsoluteSeconds }),
      standard,
      standard.ssoAbsoluteSeconds,
      'absolute',
    ],
  ];
  it('too old for what the app’s own sessions last: absolute', () => {
    const kiosk = { ...standard, absoluteSeconds: 60 };
    expect(ssoRefusal(ssoSession(), kiosk, NOW + 59)).to.equal(undefined);
    expect(ssoRefusal(ssoSession(), kiosk, NOW + 60)).to.equal('absolute');
  });

  for (const [what, sso, lifetimes, age, refusal] of rows) {
    it(`${what}: ${refusal ?? 'it counts'}`, () => expect(ssoRefusal(sso, lifetimes, NOW + age)).to.equal(refusal));
  }
});
