/** Owns how the telling of others is put together: the same streams for the server's requests and for its own work. */
import type { JWK } from 'jose';
import type { Config } from '../config.ts';
import type { Core } from '../core.ts';
import type { DerivedKeys } from '../keys.ts';
import type { Log } from '../log.ts';
import { mayCall } from '../services.ts';
import type { Clock } from '../sessions/time.ts';
import type { Store } from '../store.ts';
import { type Reach, reachOf } from '../streams/addresses.ts';
import { createAudience } from '../streams/audience.ts';
import { createDelivery, type DeliveryParts } from '../streams/delivery.ts';
import { createManagement, type Management } from '../streams/management.ts';
import { createOutbox, type Outbox } from '../streams/outbox.ts';
import { createPolling, type Polling } from '../streams/polling.ts';
import { createPost, type Outgoing } from '../streams/post.ts';
import { openText, sealText } from '../streams/sealed.ts';
import type { Item, Stream, StreamKind } from '../streams/stream.ts';
import { createStreamTokens, type StreamTokens } from '../streams/tokens.ts';
import { startTransmitter, type Transmitter } from '../streams/transmitter.ts';
import { createWakes } from '../streams/wakes.ts';

/** Longer than any receiver needs to put a token away. */
const POST_TIMEOUT_MS = 10_000;

interface Parts {
  readonly config: Config;
  readonly store: Store;
  readonly core: Core;
  readonly keys: DerivedKeys;
  /** The private signing keys as of now. */
  readonly signingKeys: () => readonly JWK[];
  readonly clock: Clock;
  readonly log: Log;
}

export interface Streams {
  readonly management: Management;
  readonly polling: Polling;
  readonly transmitter: Transmitter;
  /** Looks at every stream, for the first time. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const logoutStreamId = (clientId: string): string => `logout:${clientId}`;

/** By client: the resources whose tokens it introspects. */
const resourcesIn = ({ resources }: Config) => {
  const known = new Map<string, Set<string>>();
  for (const [uri, { introspectedBy }] of Object.entries(resources))
    for (const id of introspectedBy) known.set(id, (known.get(id) ?? new Set()).add(uri));
  return (clientId: string): ReadonlySet<string> => known.get(clientId) ?? new Set();
};

export const outboxOver = (config: Config, store: Store): Outbox =>
  createOutbox({ store, audience: createAudience({ store, resourcesOf: resourcesIn(config) }) });

/** What a logout row needs: where it is sent stands in the configuration, which may change. */
const wantedBy = ({ clients }: Config) =>
  clients
    .filter(({ backchannel_logout_uri: uri }) => uri !== undefined)
    .map(({ client_id: clientId, backchannel_logout_uri: url = '' }) => ({
      id: logoutStreamId(clientId),
      kind: 'logout' as const,
      clientId,
      delivery: { method: 'push' as const, url },
    }));

/** OIDC Back-Channel Logout §2.5. */
const logoutRequest = (url: string, token: string): Outgoing => ({
  url,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams({ logout_token: token }).toString(),
});

/** RFC 8935 §2.1. */
const eventRequest = (url: string, authorization: string | undefined, token: string): Outgoing => ({
  url,
  headers: {
    'content-type': 'application/secevent+jwt',
    accept: 'application/json',
    ...(authorization === undefined ? {} : { authorization }),
  },
  body: token,
});

const requestsFor = ({ core, keys }: Pick<Parts, 'core' | 'keys'>, tokens: StreamTokens) => {
  const logout = async (stream: Stream, item: Item) => {
    const url = core.clientOf(stream.clientId)?.backchannel_logout_uri;
    return url === undefined ? undefined : logoutRequest(url, await tokens.sign(stream, item));
  };
  const event = async (stream: Stream, item: Item) => {
    const { delivery, id, clientId } = stream;
    const client = core.clientOf(clientId);
    if (delivery.method !== 'push' || !client || !mayCall(client, 'ssf')) return undefined;
    const authorization = delivery.authorization && openText(delivery.authorization, id, keys.sealing);
    return eventRequest(delivery.url, authorization, await tokens.sign(stream, item));
  };
  const byKind = { logout, ssf: event } as const satisfies Record<StreamKind, DeliveryParts['requestFor']>;
  return (stream: Stream, item: Item) => byKind[stream.kind](stream, item);
};

/** So that a secret can be taken away once nothing else needs it. */
const sealAnew = async ({ store, keys }: Parts, outbox: Outbox): Promise<void> => {
  const [newest] = keys.sealing;
  for (const { id, delivery } of await store.streams.list()) {
    const sealed = delivery.method === 'push' ? delivery.authorization : undefined;
    if (sealed === undefined || sealed.sealedUnder === newest.id) continue;
    await outbox.change(id, (current) => {
      if (current.delivery.method !== 'push' || !current.delivery.authorization) return undefined;
      const text = openText(current.delivery.authorization, id, keys.sealing);
      return { ...current, delivery: { ...current.delivery, authorization: sealText(text, id, keys.sealing) } };
    });
  }
};

export const createStreams = (parts: Parts): Streams => {
  const { config, store, core, keys, signingKeys, clock, log } = parts;
  const { issuer } = config;
  const reach: Reach = { loopback: !config.production, networks: config.receiverNetworks };
  const outbox = outboxOver(config, store);
  const tokens = createStreamTokens({
    issuer,
    clock,
    keys: signingKeys,
    logoutAlgorithmOf: (clientId) => core.clientOf(clientId)?.id_token_signed_response_alg ?? 'ES256',
  });
  const post = createPost({ allows: reachOf(reach), timeoutMs: POST_TIMEOUT_MS });
  const delivery = createDelivery({ outbox, post, clock, log, requestFor: requestsFor(parts, tokens) });
  const wakes = createWakes();
  const polling = createPolling({ outbox, tokens, wakes, clock });
  const { events } = core;
  const transmitter = startTransmitter({
    ...{ store, events, outbox, delivery, wakes, clock, log },
    wanted: wantedBy(config),
  });
  const { wake } = transmitter;
  const management = createManagement({ store, outbox, sealing: keys.sealing, issuer, reach, clock, wake });
  return {
    management,
    polling,
    transmitter,
    async start() {
      await sealAnew(parts, outbox).catch((error: unknown) =>
        log.error('a stream could not be sealed anew', { error }),
      );
      await transmitter.look();
    },
    async stop() {
      polling.stop();
      post.close();
      await transmitter.stop();
    },
  };
};
