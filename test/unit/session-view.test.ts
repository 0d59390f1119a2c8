import { expect } from 'chai';
import {
  deviceSessionView,
  inOrder,
  rfc3339,
  type SessionView,
  ssoSessionView,
} from '../../server/routes/session-view.ts';
import type { DeviceSession } from '../../server/sessions/device-session.ts';
import { PROFILES } from '../../server/sessions/policy.ts';
import type { SsoSession } from '../../server/sessions/sso-session.ts';

const AT = Date.parse('2026-03-01T08:00:00Z') / 1000;

const session = (more: Partial<DeviceSession> = {}): DeviceSession => ({
  sid: 'sid-1',
  accountId: 'someone',
  clientId: 'phone',
  status: 'live',
  revision: 4,
  startedAt: AT,
  lastUsedAt: AT + 60,
  authTime: AT - 30,
  authenticatedHere: true,
  ssoUid: 'browser-1',
  ssoMarks: 0,
  epoch: 0,
  device: { id: 'device-1', name: 'My phone' },
  grant: { openid: { scope: 'openid' } },
  codeHash: 'secret-hash',
  dueAt: AT + 900,
  ...more,
});

const sso = (more: Partial<SsoSession> = {}): SsoSession => ({
  uid: 'browser-1',
  idHash: 'secret-hash',
  accountId: 'someone',
  startedAt: AT,
  authTime: AT,
  lastUsedAt: AT + 5,
  expiresAt: AT + 100,
  epoch: 0,
  marks: 0,
  marksAnswered: 0,
  payload: { secret: true },
  ...more,
});

const shown = (currentSid = '') => ({ currentSid, name: 'My phone', from: { address: '192.0.2.1', place: null } });

const browser = { name: 'Firefox', from: null };

const bank = { name: 'Bank', lifetimes: PROFILES.high };

describe('how a session looks in a list', () => {
  it('shows when it would end by itself: the absolute end counts from the authentication, not from the start', () => {
    expect(deviceSessionView(session(), bank, shown('sid-1'))).to.deep.equal({
      sid: 'sid-1',
      current: true,
      client: { id: 'phone', name: 'Bank' },
      device: { id: 'device-1', name: 'My phone', model: null },
      started_at: '2026-03-01T08:00:00Z',
      last_used_at: '2026-03-01T08:01:00Z',
      last_seen_from: { address: '192.0.2.1', place: null },
      idle_expires_at: '2026-03-01T08:16:00Z',
      absolute_expires_at: '2026-03-01T19:59:30Z',
      ended: null,
    });
  });

  it('shows when and why it ended, and whose it is not', () => {
    const view = deviceSessionView(
      session({ status: 'ended', ended: { at: AT + 70, reason: 'device_lost' } }),
      bank,
      shown('another'),
    );
    expect(view).to.deep.include({ current: false, ended: { at: '2026-03-01T08:01:10Z', reason: 'device_lost' } });
  });

  it('names an app that is no longer registered by its id, and knows no lifetimes of it', () => {
    expect(deviceSessionView(session(), undefined, shown('sid-1'))).to.deep.include({
      client: { id: 'phone', name: 'phone' },
      idle_expires_at: null,
      absolute_expires_at: null,
    });
  });

  it('shows a browser as a session without an app, on a device of its own where none is known', () => {
    expect(ssoSessionView(sso(), browser)).to.deep.equal({
      sid: 'browser-1',
      current: false,
      client: null,
      device: { id: 'browser-1', name: 'Firefox', model: null },
      started_at: '2026-03-01T08:00:00Z',
      last_used_at: '2026-03-01T08:00:05Z',
      last_seen_from: null,
      idle_expires_at: '2026-03-01T08:01:40Z',
      absolute_expires_at: null,
      ended: null,
    });
    const ended = ssoSessionView(sso({ deviceId: 'device-1', ended: { at: AT, reason: 'admin' } }), browser);
    expect(ended).to.deep.include({ ended: { at: '2026-03-01T08:00:00Z', reason: 'admin' } });
    expect(ended.device.id).to.equal('device-1');
  });

  it('shows nothing that is secret or of no use to a person', () => {
    const all = JSON.stringify([deviceSessionView(session(), bank, shown()), ssoSessionView(sso(), browser)]);
    expect(all).not.to.match(/secret|hash|epoch|marks|revision|grant/);
  });

  it('writes times in whole seconds, in UTC', () => {
    expect(rfc3339(0)).to.equal('1970-01-01T00:00:00Z');
    expect(rfc3339(AT)).to.equal('2026-03-01T08:00:00Z');
  });
});

describe('the order of a list', () => {
  const view = (index: number, ended: boolean): SessionView =>
    deviceSessionView(
      session({
        sid: `sid-${index}`,
        lastUsedAt: AT + index,
        ...(ended ? { ended: { at: AT + index, reason: 'signed_out' as const } } : {}),
      }),
      bank,
      shown(),
    );

  it('is newest use first, with all live ones and the fifty ended ones that were used last', () => {
    const views = Array.from({ length: 200 }, (_, index) => view(index, index % 2 === 1));
    const shown = inOrder(views.toSorted((a, b) => a.sid.localeCompare(b.sid)));
    const times = shown.map(({ last_used_at: at }) => at);
    expect(times).to.deep.equal(times.toSorted().toReversed());
    expect(shown.filter(({ ended }) => !ended)).to.have.length(100);
    const ended = shown.filter((one) => one.ended).map(({ sid }) => sid);
    expect(ended).to.deep.equal(Array.from({ length: 50 }, (_, index) => `sid-${199 - 2 * index}`));
  });

  it('leaves the list that it was given as it was', () => {
    const views = [view(1, false), view(2, false)];
    inOrder(views);
    expect(views.map(({ sid }) => sid)).to.deep.equal(['sid-1', 'sid-2']);
  });
});
