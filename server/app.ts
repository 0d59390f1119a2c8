/** Owns the wiring: the only place where all the parts meet. */
import { type Background, startBackground } from './background.ts';
import { systemClock } from './clock.ts';
import { type Config, resolveConfig } from './config.ts';
import type { Core } from './core.ts';
import { correlated } from './correlation.ts';
import { appendEventsTo } from './events-file.ts';
import type { Server, ServerOptions } from './host.ts';
import { createLog, type Log } from './log.ts';
import { asGuest } from './middleware/guest.ts';
import type { Tamper } from './oidc/provider.ts';
import type { Store } from './store.ts';
import { accountsWithDeadline, withDeadline } from './store-deadline.ts';
import { observedStore } from './store-observed.ts';
import type { WiredMail } from './wiring/mail.ts';
import { type OnStep, openStore } from './wiring/open-store.ts';
import type { Streams } from './wiring/streams.ts';
import { createWatch } from './wiring/watch.ts';
import { type Opened, wire } from './wiring/wire.ts';

/** What tests put in the place of the real thing. */
export interface TestParts {
  readonly wrapStore?: (store: Store) => Store;
  readonly tamper?: Tamper;
  readonly onStep?: OnStep;
  readonly log?: Log;
}

/** A server with its inside, for the process and for tests. */
export interface AssembledServer extends Server {
  readonly store: Store;
  readonly core: Core;
  readonly background: Background;
  readonly streams: Streams;
  readonly mail: WiredMail;
}

/** Takes up what a crash left, ends what the configuration no longer knows, and goes on doing so. */
const takeUp = async (
  { config, store, clock, log }: Opened,
  core: Core,
  lookAtKeys: () => Promise<void>,
  streams: Streams,
  mail: WiredMail,
): Promise<Background> => {
  await core.revocation.finishUnfinished();
  await core.sweeper.endRemovedClients();
  await streams.start();
  await mail.start();
  const { eventRetentionSeconds } = config;
  const { transmitter } = streams;
  return startBackground({ ...core, store, clock, log, eventRetentionSeconds, lookAtKeys, transmitter, mail });
};

const keepEvents = ({ eventsFile }: Config, { events }: Core, log: Log): (() => Promise<void>) =>
  eventsFile === undefined
    ? async () => {}
    : appendEventsTo(eventsFile, events, (error) => log.error('the events file cannot be written', { error }));

const serve = async (opened: Opened): Promise<AssembledServer> => {
  const { config, store, log, watch } = opened;
  const { core, readiness, factors, streams, surface, builtIn, mail } = await wire(opened);
  const closeFile = keepEvents(config, core, log);
  const background = await takeUp(opened, core, surface.lookAtKeys, streams, mail);
  const closeMetrics = await watch.listen().catch(async (error: unknown) => {
    await background.stop();
    await streams.stop();
    await mail.stop();
    throw error;
  });
  const guest = asGuest(config.issuer, (req, res) =>
    correlated((id) => {
      res.setHeader('x-correlation-id', id);
      return surface.handle(req, res);
    }),
  );
  return {
    callback: () => guest.handler,
    sessions: core.accountSessions,
    events: core.events,
    accounts: builtIn,
    factors: { list: factors.list, remove: factors.remove, forget: (sub) => store.factors.removeAll(sub) },
    store,
    core,
    background,
    streams,
    mail,
    drain() {
      readiness.drain();
      streams.polling.stop();
    },
    async close() {
      streams.polling.stop();
      await guest.quiet();
      await closeMetrics();
      await background.stop();
      await streams.stop();
      await mail.stop();
      await closeFile();
      await store.close();
    },
  };
};

/** Opens the store, and makes a server over it. */
export const assemble = async (options: ServerOptions, test: TestParts = {}): Promise<AssembledServer> => {
  const { accounts: own, clock = systemClock, factors: keepsFactors = true, mailer, placeOf } = options;
  const config = 'demo' in options.config ? options.config : resolveConfig(options.config);
  const log = test.log ?? createLog({ level: config.logLevel });
  const file = await openStore(config, { onStep: test.onStep, onWarning: (warning) => log.warn(warning) });
  const watch = createWatch(config, log);
  const bounded = withDeadline(test.wrapStore?.(file) ?? file, config.storeTimeoutSeconds);
  const store = observedStore(bounded, watch.measures);
  try {
    const people = own && accountsWithDeadline(own, config.storeTimeoutSeconds);
    const { tamper } = test;
    return await serve({ config, store, clock, log, own: people, keepsFactors, mailer, placeOf, tamper, watch });
  } catch (error) {
    await file.close();
    throw error;
  }
};
