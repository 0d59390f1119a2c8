/** Owns a session and its events, as `session explain` is told of them. */
import type { StoredEvent } from '../../server/events.ts';
import type { DeviceSession } from '../../server/sessions/device-session.ts';
import type { EndReason } from '../../server/sessions/ending.ts';

/** 2026-01-01T00:00:00Z. */
export const START = 1_767_225_600;
export const HOUR = 60 * 60;
export const DAY = 24 * HOUR;
export const SID = 'JrMjFEXzYwOrj1bP1Yp6Sg';

export const session = (more: Partial<DeviceSession> = {}): DeviceSession => ({
  sid: SID,
  accountId: 'ada',
  clientId: 'phone',
  status: 'live',
  revision: 3,
  startedAt: START,
  lastUsedAt: START + HOUR,
  authTime: START,
  authenticatedHere: true,
  acr: 'pwd',
  amr: ['pwd'],
  ssoUid: 'browser',
  ssoMarks: 0,
  epoch: 0,
  device: { id: 'device', name: "Ada's phone", model: 'iPhone 20' },
  grant: {},
  codeHash: 'hash',
  exchangedAtMs: START * 1000,
  family: { salt: 'salt' },
  head: { generation: 4, rotatedAt: START + HOUR, seen: true, shared: false, sharedInARow: 0, voided: [] },
  dueAt: START + 30 * DAY,
  ...more,
});

export const event = (more: Partial<StoredEvent>): StoredEvent => ({
  id: 1,
  type: 'session_started',
  at: START,
  lastAt: more.at ?? START,
  count: 1,
  accountId: 'ada',
  sid: SID,
  clientId: 'phone',
  ...more,
});

export const started = event({ data: { device: "Ada's phone", model: 'iPhone 20' }, address: '192.0.2.1' });

export const AT = START + 2 * HOUR;
export const ended = (reason: EndReason, data: Record<string, unknown> = {}, from: Partial<StoredEvent> = {}) => ({
  row: session({ status: 'ended', ended: { at: AT, reason } }),
  events: [started, event({ id: 2, type: 'session_ended', at: AT, data: { reason, ...data }, ...from })],
});

export const CALLER = { address: '203.0.113.9', userAgent: 'Other/2' } as const;
