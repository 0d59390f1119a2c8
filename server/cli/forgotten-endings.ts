/** Owns what the events file (CURFEW_EVENTS_FILE) tells of endings: read line by line, whatever a crash left of a line. */
import { type FileHandle, open } from 'node:fs/promises';
import type { NewEvent } from '../events.ts';
import { END_REASONS, type EndReason } from '../sessions/ending.ts';
import type { Seconds } from '../sessions/time.ts';
import { CommandError } from './failures.ts';
import { rfc3339 } from './moments.ts';

export interface ForgottenEnding {
  readonly kind: 'device' | 'browser';
  readonly id: string;
  readonly reason: EndReason;
  readonly at: Seconds;
}

export interface ToldAccount {
  readonly sub: string;
  readonly type: string;
  readonly at: string;
}

export interface ToldEndings {
  readonly endings: readonly ForgottenEnding[];
  /** What was done to accounts: the last of each. */
  readonly accounts: readonly ToldAccount[];
  readonly unread: number;
}

const ACCOUNT_EVENTS: ReadonlySet<string> = new Set([
  'account_disabled',
  'account_deleted',
  'account_enabled',
  'password_changed',
]);

const parsed = (line: string): NewEvent | undefined => {
  try {
    const event: unknown = JSON.parse(line);
    const { type, at } = (event ?? {}) as Partial<NewEvent>;
    return typeof type === 'string' && typeof at === 'number' ? (event as NewEvent) : undefined;
  } catch {
    return undefined;
  }
};

const reasonOf = (reason: unknown): EndReason =>
  typeof reason === 'string' && Object.hasOwn(END_REASONS, reason) ? (reason as EndReason) : 'admin';

/** Pure. */
const endingOf = ({ sid, at, data }: NewEvent): ForgottenEnding | undefined => {
  const browser = data?.['browser'];
  const reason = reasonOf(data?.['reason']);
  if (typeof sid === 'string') return { kind: 'device', id: sid, reason, at };
  return typeof browser === 'string' ? { kind: 'browser', id: browser, reason, at } : undefined;
};

const openFile = (file: string): Promise<FileHandle> =>
  open(file).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError('usage', `The events file ${file} cannot be read (${error.code}).`);
  });

/** The first ending of each session counts, as it did then. Throws `usage` where the file cannot be read. */
export const readEndings = async (file: string, since: Seconds): Promise<ToldEndings> => {
  const endings = new Map<string, ForgottenEnding>();
  const accounts = new Map<string, ToldAccount>();
  let unread = 0;
  const take = (event: NewEvent): void => {
    const { accountId: sub, type, at } = event;
    const ending = type === 'session_ended' ? endingOf(event) : undefined;
    if (ending && !endings.has(ending.id)) endings.set(ending.id, ending);
    if (sub !== undefined && ACCOUNT_EVENTS.has(type)) accounts.set(sub, { sub, type, at: rfc3339(at) });
  };
  const handle = await openFile(file);
  for await (const line of handle.readLines()) {
    const event = line.trim() === '' ? undefined : parsed(line);
    if (event === undefined) unread += line.trim() === '' ? 0 : 1;
    else if (event.at >= since) take(event);
  }
  return { endings: [...endings.values()], accounts: [...accounts.values()], unread };
};
