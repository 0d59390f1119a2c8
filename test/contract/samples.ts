/** Owns the examples that the contracts are told with. */
import { randomBytes } from 'node:crypto';
import type { AccountRecord } from '../../server/accounts/store.ts';
import { sha256 } from '../../server/digests.ts';
import type { NewEvent } from '../../server/events.ts';
import type { DeviceSession, FamilyHead } from '../../server/sessions/device-session.ts';
import type { KnownDevice } from '../../server/sessions/device-store.ts';
import type { EndCommand } from '../../server/sessions/end-command.ts';
import type { SsoSession } from '../../server/sessions/sso-session.ts';
import type { Artifact, Refusal, SessionChange, Work } from '../../server/sessions/store.ts';

export const NOW = 1_800_000_000;

export const randomId = (): string => randomBytes(32).toString('base64url');

export const head = (generation: number): FamilyHead => ({
  generation,
  rotatedAt: NOW,
  seen: false,
  shared: false,
  sharedInARow: 0,
  voided: [],
});

/** A live one, as the code exchange leaves it. */
export const deviceSession = (given: Partial<DeviceSession> = {}): DeviceSession => ({
  sid: randomId(),
  accountId: 'alice',
  clientId: 'phone',
  status: 'live',
  revision: 1,
  startedAt: NOW,
  lastUsedAt: NOW,
  authTime: NOW,
  authenticatedHere: true,
  acr: 'pwd',
  amr: ['pwd'],
  ssoUid: 'browser',
  ssoMarks: 0,
  epoch: 0,
  device: { id: 'device-of-alice', name: 'Pixel 9', model: 'Pixel' },
  grant: {
    openid: { scope: 'openid profile', claims: ['email'] },
    resources: { 'https://api.example.com': 'notes:read' },
  },
  codeHash: randomId(),
  exchangedAtMs: NOW * 1000,
  family: { salt: randomId(), scope: 'openid profile notes:read', resource: 'https://api.example.com' },
  head: head(0),
  dueAt: NOW + 1000,
  ...given,
});

/** As /auth leaves it: without a family until its code is exchanged. */
export const pendingSession = (given: Partial<DeviceSession> = {}): DeviceSession => {
  const { exchangedAtMs, family, head: _head, ...rest } = deviceSession();
  return { ...rest, status: 'pending', revision: 0, dueAt: NOW + 60, ...given };
};

export const ssoSession = (given: Partial<SsoSession> = {}): SsoSession => ({
  uid: randomId(),
  idHash: sha256(randomId()),
  accountId: 'alice',
  startedAt: NOW,
  authTime: NOW,
  lastUsedAt: NOW,
  expiresAt: NOW + 10_000,
  epoch: 0,
  marks: 0,
  marksAnswered: 0,
  deviceId: 'device-of-alice',
  userAgent: 'Firefox',
  payload: { loginTs: NOW, authorizations: { phone: { sid: 'x' } } },
  ...given,
});

export const knownDevice = (given: Partial<KnownDevice> = {}): KnownDevice => ({
  accountId: randomId(),
  id: randomId().slice(0, 22),
  firstSeenAt: NOW,
  lastSeenAt: NOW,
  expiresAt: NOW + 1000,
  ...given,
});

export const artifact = (given: Partial<Artifact> = {}): Artifact => ({
  kind: 'code',
  id: randomId(),
  payload: { accountId: 'alice', scope: 'openid' },
  expiresAt: NOW + 60,
  ...given,
});

export const event = (given: Partial<NewEvent> = {}): NewEvent => ({
  type: 'session_ended',
  at: NOW,
  accountId: 'alice',
  ...given,
});

export const account = (given: Partial<AccountRecord> = {}): AccountRecord => {
  const email = given.email ?? 'Alice@example.com';
  return {
    sub: randomId(),
    email,
    canonicalEmail: email.toLowerCase(),
    name: 'Alice',
    passwordHash: '$argon2id$x',
    disabled: false,
    createdAt: NOW,
    revision: 1,
    ...given,
  };
};

export const endCommand = (session: DeviceSession, given: Partial<EndCommand> = {}): EndCommand => ({
  sid: session.sid,
  reason: 'signed_out',
  at: NOW + 5,
  marksSso: true,
  forgetAt: NOW + 5000,
  event: event({ sid: session.sid, at: NOW + 5, data: { reason: 'signed_out' } }),
  ...given,
});

/** What a refresh does: the next generation, or the reason why not. */
export const rotate = (seen: DeviceSession): SessionChange => ({
  seen,
  next: (current) =>
    current.ended
      ? { refused: 'session', reason: current.ended.reason }
      : { ...current, lastUsedAt: NOW + 10, head: head((current.head?.generation ?? 0) + 1) },
});

export const superseded: Refusal = { refused: 'session', reason: 'superseded' };

/** Only the generation that was seen is rotated: whoever comes later is told so. */
export const rotateOnce = (seen: DeviceSession): SessionChange => ({
  seen,
  next: (current) =>
    current.head?.generation === seen.head?.generation
      ? { ...current, head: head((seen.head?.generation ?? 0) + 1) }
      : superseded,
});

/** The parts of a unit of work that need nothing to be there before. */
export const freshParts = (): Pick<Work, 'proofs' | 'put' | 'begin' | 'events'> => ({
  proofs: [artifact({ kind: 'proof', payload: {} })],
  put: [artifact(), artifact({ kind: 'access_token' })],
  begin: pendingSession(),
  events: [event({ type: 'signed_in', accountId: randomId() })],
});
