/** Owns the wiring: the only place where all the parts meet. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { openSqliteStore } from '../adapters/sqlite/store.ts';
import type { SignIn } from '../interactions/port.ts';
import { type BuiltInAccounts, createAccounts } from './accounts/accounts.ts';
import { canonicalLogin } from './accounts/email.ts';
import { createPasswords, type Passwords } from './accounts/password.ts';
import { createSignIn } from './accounts/sign-in.ts';
import type { Accounts } from './accounts/store.ts';
import { type Background, startBackground } from './background.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { type Core, createCore } from './core.ts';
import { ERRORS } from './errors.ts';
import type { Events } from './events.ts';
import { appendEventsTo } from './events-file.ts';
import { deriveKeys } from './keys.ts';
import { createLog, type Log } from './log.ts';
import { belowPrefix } from './middleware/prefix.ts';
import type { OidcParts } from './oidc/parts.ts';
import type { Tamper } from './oidc/provider.ts';
import { builtInPeople, hostPeople } from './people.ts';
import { createReadiness } from './readiness.ts';
import type { AccountSessions } from './sessions/account-sessions.ts';
import type { Clock } from './sessions/time.ts';
import { openSigningKeys } from './signing-keys.ts';
import type { Store } from './store.ts';
import { withDeadline } from './store-deadline.ts';
import { createSurface } from './wiring/surface.ts';

export interface ServerOptions {
  /** From `resolveConfig` or `loadConfig`. */
  readonly config: Config;
  /** A host's own users; the built-in accounts where left out. */
  readonly accounts?: Accounts;
  /** The core's clock. The protocol library and its tokens read the machine's: a test turns both. */
  readonly clock?: Clock;
}

/** What tests put in the place of the real thing. */
export interface TestParts {
  readonly wrapStore?: (store: Store) => Store;
  readonly tamper?: Tamper;
  readonly onStep?: Parameters<typeof openSqliteStore>[0]['onStep'];
  readonly log?: Log;
}

export interface Server {
  /** For node:http, and whatever mounts one of its handlers. */
  callback(): (req: IncomingMessage, res: ServerResponse) => void;
  readonly sessions: AccountSessions;
  readonly events: Events;
  /** The built-in accounts, where no others were given. */
  readonly accounts: BuiltInAccounts | undefined;
  /** From now on readiness says no, so that a load balancer looks elsewhere. */
  drain(): void;
  /** Waits for what is under way, then closes the store. */
  close(): Promise<void>;
}

/** A server with its inside, for the process and for tests. */
export interface AssembledServer extends Server {
  readonly store: Store;
  readonly core: Core;
  readonly background: Background;
}

/** The built-in accounts over a store, wired to the endings that they cause. */
export const accountsOver = (store: Store, core: Core, clock: Clock, passwords = createPasswords()): BuiltInAccounts =>
  createAccounts({
    store: store.accounts,
    passwords,
    clock,
    record: core.record,
    endAll: (sub, reason, except) =>
      core.revocation.endMany(sub, except ? { kind: 'all_but', ...except } : { kind: 'all' }, reason),
  });

export const openStore = async (config: Config, onStep?: TestParts['onStep']): Promise<Store> =>
  openSqliteStore({ file: join(config.dataDir, 'curfew.sqlite'), timeoutSeconds: config.storeTimeoutSeconds, onStep });

const signInOver = (accounts: Accounts, store: Store, core: Core, clock: Clock, passwords: Passwords): SignIn =>
  createSignIn({
    accounts,
    verifyNothing: passwords.verifyNothing,
    limits: store.limits,
    clock,
    record: core.record,
    epochOf: async (sub) => (await store.sessions.endingsOf(sub)).epoch,
    canonical: canonicalLogin,
  });

interface Opened {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly own: Accounts | undefined;
  readonly tamper: Tamper | undefined;
}

/** Everything over an open store that takes no requests yet. */
const wire = async ({ config, store, clock, log, own, tamper }: Opened) => {
  const onListenerError = (error: unknown) => log.error('an event listener failed', { error });
  const core = createCore({ config, store, clock, onListenerError });
  const passwords = createPasswords();
  const builtIn = accountsOver(store, core, clock, passwords);
  const accounts = own ?? builtIn;
  const people = own ? hostPeople(own) : builtInPeople(builtIn, store.accounts);
  const keys = deriveKeys(config.secrets);
  const { jwks } = await openSigningKeys({ store: store.signingKeys, sealing: keys.sealing, clock });
  const parts: OidcParts = { ...core, config, keys, jwks, store, clock, log, people };
  const readiness = createReadiness(store, core.events);
  const signIn = signInOver(accounts, store, core, clock, passwords);
  const surface = createSurface({ parts, core, signIn, readiness, tamper });
  return { core, readiness, surface, builtIn: own ? undefined : builtIn };
};

/** Takes up what a crash left, ends what the configuration no longer knows, and goes on doing so. */
const takeUp = async ({ config, store, clock, log }: Opened, core: Core): Promise<Background> => {
  await core.revocation.finishUnfinished();
  await core.sweeper.endRemovedClients();
  return startBackground({ ...core, store, clock, log, eventRetentionSeconds: config.eventRetentionSeconds });
};

const keepEvents = ({ eventsFile }: Config, { events }: Core, log: Log): (() => Promise<void>) =>
  eventsFile === undefined
    ? async () => {}
    : appendEventsTo(eventsFile, events, (error) => log.error('the events file cannot be written', { error }));

const serve = async (opened: Opened): Promise<AssembledServer> => {
  const { config, store, log } = opened;
  const { core, readiness, surface, builtIn } = await wire(opened);
  const closeFile = keepEvents(config, core, log);
  const background = await takeUp(opened, core);
  const handle = surface.callback();
  return {
    callback: () => (req, res) => {
      if (belowPrefix(req, config.issuer)) void handle(req, res);
      else notFound(res);
    },
    sessions: core.accountSessions,
    events: core.events,
    accounts: builtIn,
    store,
    core,
    background,
    drain: () => readiness.drain(),
    async close() {
      await background.stop();
      await closeFile();
      await store.close();
    },
  };
};

/** Opens the store, and makes a server over it. */
export const assemble = async (options: ServerOptions, test: TestParts = {}): Promise<AssembledServer> => {
  const { config, accounts: own, clock = systemClock } = options;
  const log = test.log ?? createLog({ level: config.logLevel });
  const file = await openStore(config, test.onStep);
  const store = withDeadline(test.wrapStore?.(file) ?? file, config.storeTimeoutSeconds);
  try {
    return await serve({ config, store, clock, log, own, tamper: test.tamper });
  } catch (error) {
    await file.close();
    throw error;
  }
};

const notFound = (res: ServerResponse): void => {
  res.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
  res.end(`${ERRORS.not_found.sentence}\n`);
};

/** What a host application calls. Mount `callback()`; close it when the host closes. */
export const createServer = (options: ServerOptions): Promise<Server> => assemble(options);
