/** Owns the wiring: the only place where all the parts meet. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Context, Middleware } from 'koa';
import type { Configuration, Provider } from 'oidc-provider';
import { openSqliteStore } from '../adapters/sqlite/store.ts';
import { createFailurePage } from '../interactions/failures.ts';
import { createPages } from '../interactions/pages.ts';
import type { SignIn } from '../interactions/port.ts';
import { createInteractionRouter } from '../interactions/router.ts';
import { createSecurityHeaders } from '../interactions/security-headers.ts';
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
import { edge } from './middleware/edge.ts';
import { failurePages } from './middleware/failure-pages.ts';
import { belowPrefix } from './middleware/prefix.ts';
import { createAuthenticate } from './oidc/bearer.ts';
import { platformName } from './oidc/device.ts';
import { createInteractions } from './oidc/interactions.ts';
import type { OidcParts } from './oidc/parts.ts';
import { createProtocol } from './oidc/provider.ts';
import { libraryPages } from './page-hooks.ts';
import { builtInPeople, hostPeople } from './people.ts';
import { createReadiness } from './readiness.ts';
import { createAccountApi } from './routes/account.ts';
import { createHealthRoutes, type Readiness } from './routes/health.ts';
import type { AccountSessions } from './sessions/account-sessions.ts';
import type { Clock } from './sessions/time.ts';
import { openSigningKeys } from './signing-keys.ts';
import type { Store } from './store.ts';
import { withDeadline } from './store-deadline.ts';

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
  readonly tamper?: (configuration: Configuration) => Configuration;
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

const protocolParts = async (config: Config, store: Store, core: Core, clock: Clock, log: Log) => {
  const keys = deriveKeys(config.secrets);
  const { jwks } = await openSigningKeys({ store: store.signingKeys, sealing: keys.sealing, clock });
  return { ...core, config, keys, jwks, store, clock, log };
};

/** Offline tokens are those of resources that take JWTs: nobody can take those back. */
const hasOfflineTokens =
  (config: Config) =>
  ({ grant }: { readonly grant: { readonly resources?: Readonly<Record<string, string>> } }): boolean =>
    Object.keys(grant.resources ?? {}).some((resource) => config.resources[resource]?.accessTokenFormat === 'jwt');

interface Surface {
  readonly parts: OidcParts;
  readonly core: Core;
  readonly signIn: SignIn;
  readonly readiness: Readiness;
  readonly tamper: TestParts['tamper'];
}

/** The protocol library's Koa app, with everything of ours in front of its routes, in the order in which a request meets it. */
const createSurface = ({ parts, core, signIn, readiness, tamper }: Surface): Provider => {
  const { config, log, clock, keys } = parts;
  const { issuer } = config;
  const pages = createPages({ issuer });
  const logFailure = (error: unknown, correlationId: string) =>
    log.warn('answered with an error page', { correlationId, error });
  const front: Middleware[] = [
    edge(issuer, config.trustedProxies),
    createSecurityHeaders({ issuer }).middleware,
    failurePages(createFailurePage({ pages, log: logFailure })),
    createHealthRoutes(readiness).routes() as Middleware,
    createAccountApi({
      ...core,
      issuer,
      authenticate: createAuthenticate(parts),
      hasOfflineTokens: hasOfflineTokens(config),
      browserName: platformName,
      clock,
      log,
    }).routes() as Middleware,
  ];
  const provider = createProtocol({
    parts,
    front,
    pages: libraryPages({ pages, log, clientOf: core.clientOf }),
    ...(tamper ? { tamper } : {}),
  });
  const interactions = createInteractions(parts, provider);
  const clientAddress = (ctx: Context) => ctx.ip;
  provider.use(
    createInteractionRouter({
      interactions,
      signIn,
      pages,
      csrfKey: keys.csrf,
      issuer,
      clientAddress,
      log: logFailure,
    }).routes(),
  );
  return provider;
};

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

/** Opens the store, and makes a server over it. */
export const assemble = async (options: ServerOptions, test: TestParts = {}): Promise<AssembledServer> => {
  const { config, accounts: own, clock = systemClock } = options;
  const log = test.log ?? createLog({ level: config.logLevel });
  const opened = await openStore(config, test.onStep);
  const store = withDeadline(test.wrapStore?.(opened) ?? opened, config.storeTimeoutSeconds);
  const core = createCore({
    config,
    store,
    clock,
    onListenerError: (error) => log.error('an event listener failed', { error }),
  });
  const passwords = createPasswords();
  const builtIn = own ? undefined : accountsOver(store, core, clock, passwords);
  const accounts = own ?? (builtIn as BuiltInAccounts);
  const people = own ? hostPeople(own) : builtInPeople(accounts, store.accounts);
  const parts: OidcParts = { ...(await protocolParts(config, store, core, clock, log)), people };
  const readiness = createReadiness(store, core.events);
  const signIn = signInOver(accounts, store, core, clock, passwords);
  const provider = createSurface({ parts, core, signIn, readiness, tamper: test.tamper });
  const closeFile =
    config.eventsFile === undefined
      ? undefined
      : appendEventsTo(config.eventsFile, core.events, (error) =>
          log.error('the events file cannot be written', { error }),
        );
  await core.revocation.finishUnfinished();
  await core.sweeper.endRemovedClients();
  const background = startBackground({
    ...core,
    store,
    clock,
    log,
    eventRetentionSeconds: config.eventRetentionSeconds,
  });
  const handle = provider.callback();
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
      await closeFile?.();
      await store.close();
    },
  };
};

const notFound = (res: ServerResponse): void => {
  res.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
  res.end(`${ERRORS.not_found.sentence}\n`);
};

/** What a host application calls. Mount `callback()`; close it when the host closes. */
export const createServer = (options: ServerOptions): Promise<Server> => assemble(options);
