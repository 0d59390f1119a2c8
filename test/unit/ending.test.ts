import { expect } from 'chai';
import fc from 'fast-check';
import {
  covers,
  END_REASONS,
  type EndingOfMany,
  type EndingScope,
  type EndingSubject,
} from '../../server/sessions/ending.ts';

const ending = (scope: EndingScope, epoch = 3): EndingOfMany => ({
  accountId: 'someone',
  epoch,
  scope,
  reason: 'admin',
  at: 1_800_000_000,
  done: false,
});

const app = (more: Partial<EndingSubject> = {}): EndingSubject => ({
  sid: 'sid-1',
  ssoUid: 'browser-1',
  deviceId: 'device-1',
  clientId: 'app-1',
  epoch: 2,
  ...more,
});

const browser = (more: Partial<EndingSubject> = {}): EndingSubject => app({ sid: undefined, ...more });

const others = (sid?: string, ssoUid?: string): EndingScope => ({ kind: 'all_but', sid, ssoUid });

describe('what an ending of many covers', () => {
  const rows: [string, EndingScope, EndingSubject, boolean][] = [
    ['all: an app', { kind: 'all' }, app(), true],
    ['all: a browser', { kind: 'all' }, browser(), true],
    ['all: what nothing is known of', { kind: 'all' }, { epoch: 0 }, true],
    ['others: the app that is kept', others('sid-1', 'browser-1'), app(), false],
    ['others: the browser that is kept', others('sid-1', 'browser-1'), browser(), false],
    ['others: another app at the browser that is kept', others('sid-1', 'browser-1'), app({ sid: 'sid-2' }), true],
    ['others: another app elsewhere', others('sid-1', 'browser-1'), app({ sid: 'sid-2', ssoUid: 'b-2' }), true],
    ['others: another browser', others('sid-1', 'browser-1'), browser({ ssoUid: 'browser-2' }), true],
    ['others, no browser named: any browser', others('sid-1'), browser(), true],
    ['others, no browser named: one without an id', others('sid-1'), browser({ ssoUid: undefined }), true],
    ['others, no app named: an app without an id', others(undefined, 'b-1'), { epoch: 0, ssoUid: 'b-2' }, true],
    ['others, nobody named: all', others(), app(), true],
    ['device: an app on it', { kind: 'device', deviceId: 'device-1' }, app(), true],
    ['device: its browser', { kind: 'device', deviceId: 'device-1' }, browser(), true],
    ['device: an app on another', { kind: 'device', deviceId: 'device-2' }, app(), false],
    ['device: of no known device', { kind: 'device', deviceId: 'device-1' }, app({ deviceId: undefined }), false],
    ['browser: itself', { kind: 'sso', uid: 'browser-1' }, browser(), true],
    ['browser: an app that began at it', { kind: 'sso', uid: 'browser-1' }, app(), true],
    ['browser: an app that began at another', { kind: 'sso', uid: 'browser-2' }, app(), false],
    ['browser: an app of no known browser', { kind: 'sso', uid: 'browser-1' }, app({ ssoUid: undefined }), false],
    ['app: what it has', { kind: 'client', clientId: 'app-1' }, app(), true],
    ['app: what another has', { kind: 'client', clientId: 'app-2' }, app(), false],
    ['app: a browser', { kind: 'client', clientId: 'app-1' }, browser({ clientId: undefined }), false],
  ];

  for (const [name, scope, subject, expected] of rows) {
    it(`${name}: ${expected ? 'ends' : 'stays'}`, () => {
      expect(covers(ending(scope), subject)).to.equal(expected);
    });
  }

  it('never covers what began after it, whatever its scope', () => {
    const text = fc.option(fc.constantFrom('one', 'two'), { nil: undefined });
    const scopes = fc.oneof<fc.Arbitrary<EndingScope>[]>(
      fc.constant<EndingScope>({ kind: 'all' }),
      fc.record({ kind: fc.constant('all_but' as const), sid: text, ssoUid: text }),
      fc.record({ kind: fc.constant('device' as const), deviceId: fc.constantFrom('one', 'two') }),
      fc.record({ kind: fc.constant('sso' as const), uid: fc.constantFrom('one', 'two') }),
      fc.record({ kind: fc.constant('client' as const), clientId: fc.constantFrom('one', 'two') }),
    );
    const subjects = fc.record({ sid: text, ssoUid: text, deviceId: text, clientId: text, epoch: fc.nat(10) });
    fc.assert(
      fc.property(scopes, subjects, fc.nat(10), (scope, subject, epoch) => {
        if (covers(ending(scope, epoch), subject)) expect(subject.epoch).to.be.below(epoch);
        expect(covers(ending(scope, subject.epoch), subject)).to.equal(false);
      }),
    );
  });
});

describe('the reasons for which a session ends', () => {
  it('mark the browser where someone chose it or a verdict caused it, and not where time, a limit or a setting did', () => {
    const unmarked = Object.entries(END_REASONS).filter(([, { marksSso }]) => !marksSso);
    expect(unmarked.map(([reason]) => reason)).to.have.members([
      'idle_timeout',
      'absolute_timeout',
      'session_limit',
      'no_place',
      'replaced',
      'client_removed',
    ]);
  });

  it('are those of the design, each with words of its own', () => {
    expect(Object.keys(END_REASONS)).to.have.members([
      'signed_out',
      'signed_out_elsewhere',
      'password_changed',
      'device_lost',
      'reuse',
      'code_replayed',
      'idle_timeout',
      'absolute_timeout',
      'admin',
      'account_disabled',
      'consent_withdrawn',
      'session_limit',
      'no_place',
      'replaced',
      'client_removed',
    ]);
    const sentences = Object.values(END_REASONS).map(({ sentence }) => sentence);
    expect(new Set(sentences).size).to.equal(sentences.length);
  });
});
