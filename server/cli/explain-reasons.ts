/** Owns what each reason means to whoever asks, and what to do about it. A newcomer adds a row, not a branch. All pure. */
import type { StoredEvent } from '../events.ts';
import type { DeviceSession } from '../sessions/device-session.ts';
import type { EndReason } from '../sessions/ending.ts';
import type { Lifetimes } from '../sessions/policy.ts';
import type { Seconds } from '../sessions/time.ts';
import { from } from './explain-events.ts';
import { duration, moment, rfc3339 } from './moments.ts';

export interface Found {
  readonly session: DeviceSession | undefined;
  /** The one that ended it. */
  readonly event: StoredEvent | undefined;
  readonly clientId: string;
  readonly accountId: string;
  /** As they are configured now, which may not be how they were. */
  readonly lifetimes: Lifetimes | undefined;
  readonly now: Seconds;
}

type Meaning = (found: Found) => readonly string[];

const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** Which generation came back, and when its successor was issued. */
const whatCameBack = (data: Readonly<Record<string, unknown>>, whence: string): string => {
  const presented = number(data['presented']);
  const current = number(data['current']);
  const age = duration(number(data['ageSeconds']) ?? 0);
  if (presented === undefined || current === undefined)
    return `A refresh token that had been replaced came back${whence}.`;
  return presented === current - 1
    ? `Generation ${presented} of its refresh token came back${whence}, ${age} after generation ${current} had replaced it.`
    : `Generation ${presented} of its refresh token came back${whence}; generation ${current} was the newest, and ${age} old.`;
};

const successor = (data: Readonly<Record<string, unknown>>, lifetimes: Lifetimes | undefined): string => {
  const current = `Generation ${number(data['current']) ?? 'after it'}`;
  if (data['successorUsed'] === true) {
    return `${current} was in use (or came with a JWT, whose use nobody sees), so two parties held the session.`;
  }
  const limits = lifetimes
    ? ` (${duration(lifetimes.retryWindowSeconds)}, and ${duration(lifetimes.lateRetrySeconds)} where nobody used the successor)`
    : '';
  return `${current} had not been seen in use: a copy of the token, or an app that lost a reply and tried again later than the limits allow${limits}, or went back to an older state of its storage.`;
};

const tellReuse: Meaning = ({ event, lifetimes, accountId }) => {
  const data = event?.data ?? {};
  const row = number(data['sharedInARow']);
  const found = row
    ? [
        `${row} generations in a row were redeemed by two parties, the last time${from(event)}; this app ends such sessions.`,
      ]
    : [whatCameBack(data, from(event)), successor(data, lifetimes)];
  return [
    ...found,
    'Compare that address and app with those of the sign-in below.',
    `If they are not the person's, a token was stolen: have the password changed, which ends every session (curfew account password --sub ${accountId}). If they are, the app loses tokens that it was given, or two copies of it share one: docs/mobile.md says how it keeps them.`,
  ];
};

const tellIdle: Meaning = ({ session, lifetimes, clientId, now }) => [
  ...(session ? [`It was last used at ${moment(session.lastUsedAt, now)}.`] : []),
  ...(lifetimes ? [`The app ${clientId} allows ${duration(lifetimes.idleSeconds)} without use (idleSeconds).`] : []),
  'Nothing is wrong: the person signs in again. A longer time for this app is a change of its lifetimes.',
];

const tellAbsolute: Meaning = ({ session, lifetimes, clientId }) => [
  ...(session ? [`The person had authenticated at ${rfc3339(session.authTime)}.`] : []),
  ...(lifetimes
    ? [
        `The app ${clientId} allows ${duration(lifetimes.absoluteSeconds)} from then, however much it is used (absoluteSeconds).`,
      ]
    : []),
  'Nothing is wrong: the person signs in again.',
];

/** Who asked without a session of an app. */
const ASKERS: Readonly<Record<string, string>> = {
  'command line': ' on the command line',
  'mailed link': ' with the link in a notice',
};

const asker = (event: StoredEvent | undefined): string => {
  const { by, byClient } = event?.data ?? {};
  if (typeof byClient === 'string') return ` by the client ${byClient}`;
  if (typeof by !== 'string') return '';
  return ASKERS[by] ?? ` in session ${by}`;
};

const NEW_SESSION = 'Signing in again begins a new session.';

export const MEANINGS: Readonly<Record<EndReason, Meaning>> = {
  signed_out: ({ event }) => [
    `The app gave its token back, or the person signed out in the browser that began the session${from(event)}. Nothing is wrong.`,
    NEW_SESSION,
  ],
  signed_out_elsewhere: ({ event, accountId }) => [
    `It was asked for${asker(event)}${from(event)}.`,
    `If that was not the person, somebody else is signed in to the account: have the password changed (curfew account password --sub ${accountId}), and look at what is live (curfew session list --account ${accountId}).`,
  ],
  password_changed: ({ event }) => [
    `With the password, every session ended but the one that changed it${from(event)}.`,
    'Signing in with the new password begins a new session.',
  ],
  device_lost: ({ event }) => [
    `It was reported${asker(event)}${from(event)}; everything on that device ended.`,
    'If the device was found again, signing in on it begins a new session.',
  ],
  reuse: tellReuse,
  code_replayed: ({ event }) => [
    `The sign-in code, with its verifier, came again${from(event)} after it had been exchanged.`,
    'Either the app sends its code exchange twice, which it must not, or somebody can read what the app sends. Compare that address with the one of the sign-in below.',
    NEW_SESSION,
  ],
  idle_timeout: tellIdle,
  absolute_timeout: tellAbsolute,
  admin: ({ event }) => [
    `It was ended${asker(event) || ' by the application that this server is part of'}.`,
    NEW_SESSION,
  ],
  account_disabled: ({ accountId }) => [
    `Every session of the account ended. Once it is enabled again (curfew account enable --sub ${accountId}), the person can sign in; what ended stays ended.`,
  ],
  consent_withdrawn: ({ event }) => [`The person took back what the app was allowed${from(event)}.`, NEW_SESSION],
  session_limit: ({ session, lifetimes, clientId, now }) => [
    ...(lifetimes ? [`The app ${clientId} allows ${lifetimes.sessionsPerAccount} sessions of one person.`] : []),
    ...(session ? [`Of those, this one was unused longest: since ${moment(session.lastUsedAt, now)}.`] : []),
    'Nothing is wrong. 0 for sessionsPerAccount sets no limit.',
  ],
  no_place: ({ lifetimes, clientId }) => [
    `The app ${clientId} refuses sign-ins beyond ${lifetimes?.sessionsPerAccount ?? 'as many as it allows'} sessions of one person (sessionLimit).`,
    'This one and others finished at the same moment, and those were first. The app never got its tokens.',
    'Nothing is wrong: the person signs out on another device, then signs in again.',
  ],
  replaced: ({ event }) => [
    `The same person signed in again with the same app on the same device${asker(event)}${from(event)}: the same device cookie proves it, or the same DPoP key.`,
    'Nothing is wrong: an app that was installed anew, or lost what it kept, leaves no session behind. An app that people sign in with several times on one device, each for itself, sets replacesPredecessor to false.',
  ],
  client_removed: ({ clientId }) => [
    `The server was started with a configuration in which there is no app ${clientId}.`,
    'If that was a mistake, put it back; what ended stays ended, and people sign in again.',
  ],
};
