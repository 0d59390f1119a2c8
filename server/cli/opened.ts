/** Owns what the verbs work with: the configuration and the server's own store, closed again whatever happens. */
import type { BuiltInAccounts } from '../accounts/accounts.ts';
import { systemClock } from '../clock.ts';
import { type Config, loadConfig } from '../config.ts';
import { type Core, createCore } from '../core.ts';
import { appendEventsTo } from '../events-file.ts';
import type { Clock } from '../sessions/time.ts';
import type { Store } from '../store.ts';
import { accountsOver } from '../wiring/accounts-over.ts';
import { openStore } from '../wiring/open-store.ts';
import { CommandError } from './failures.ts';

/** For the event log: who asked. */
export const BY = { data: { by: 'command line' } } as const;

/** How many ended while the store was open. */
export interface EndedCount {
  sessions: number;
  browsers: number;
}

export interface Opened {
  readonly config: Config;
  readonly store: Store;
  readonly core: Core;
  readonly accounts: BuiltInAccounts;
  readonly clock: Clock;
  readonly ended: EndedCount;
}

const countEndings = ({ events }: Core): EndedCount => {
  const ended: EndedCount = { sessions: 0, browsers: 0 };
  events.on('event', ({ type, sid }) => {
    if (type === 'session_ended') ended[sid === undefined ? 'browsers' : 'sessions'] += 1;
  });
  return ended;
};

/** A restored backup learns of endings from that file: those of the command line belong there too. */
const copyEvents = ({ eventsFile }: Config, { events }: Core): (() => Promise<void>) => {
  if (eventsFile === undefined) return async () => {};
  let written = 0;
  let fault: unknown;
  events.on('event', () => {
    written += 1;
  });
  const close = appendEventsTo(eventsFile, events, (error) => {
    fault = error;
  });
  return async () => {
    await close();
    if (fault === undefined || written === 0) return;
    const why = (fault as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new CommandError('events_file', `It is done, but the events file ${eventsFile} cannot be written (${why}).`);
  };
};

/** Opens the store that the server may have open too: whatever ends here, the server sees at its next look. */
export const withStore = async <T>(act: (opened: Opened) => Promise<T>): Promise<T> => {
  const config = await loadConfig();
  const store = await openStore(config);
  try {
    const clock = systemClock;
    const core = createCore({ config, store, clock, onListenerError: () => {} });
    const ended = countEndings(core);
    const closeFile = copyEvents(config, core);
    const parts = { config, store, core, clock };
    const result = await act({ ...parts, accounts: accountsOver(parts), ended });
    await closeFile();
    return result;
  } finally {
    await store.close();
  }
};

const some = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** `2 app sessions and 1 browser session`; nothing where nothing ended. Pure. */
export const endedText = ({ sessions, browsers }: EndedCount): string =>
  [
    ...(sessions > 0 ? [some(sessions, 'app session')] : []),
    ...(browsers > 0 ? [some(browsers, 'browser session')] : []),
  ].join(' and ');
