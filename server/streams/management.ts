/** Owns what a receiver may do with its streams (SSF 1.0, "Management API"): make, read, change, stop, verify, remove. */
import { randomId } from '../digests.ts';
import { CurfewError } from '../errors.ts';
import type { EventStore } from '../events.ts';
import { SERVICES } from '../services.ts';
import type { Clock } from '../sessions/time.ts';
import type { Reach } from './addresses.ts';
import { EVENTS_SUPPORTED, eventsDelivered, type Outbox, type StreamChange } from './outbox.ts';
import { type Sealing, sealText } from './sealed.ts';
import type { StreamStore } from './store.ts';
import { type Delivery, newStream, type Stream } from './stream.ts';
import { inStatus } from './stream-changes.ts';
import {
  type ChangeInput,
  type CreateInput,
  checkDelivery,
  type DeliveryInput,
  POLL,
  PUSH,
  type StatusInput,
  type VerificationInput,
} from './stream-input.ts';

export interface Management {
  create(clientId: string, input: CreateInput): Promise<Stream>;
  list(clientId: string): Promise<readonly Stream[]>;
  /** Throws `not_found` where the client has none of this id; so do all below. */
  read(clientId: string, id: string): Promise<Stream>;
  /** `replace`: what a receiver may supply and did not is taken away. */
  change(clientId: string, input: ChangeInput, how: 'update' | 'replace'): Promise<Stream>;
  setStatus(clientId: string, input: StatusInput): Promise<Stream>;
  verify(clientId: string, input: VerificationInput): Promise<void>;
  remove(clientId: string, id: string): Promise<void>;
  /** As SSF 1.0 shows it. */
  view(stream: Stream): Readonly<Record<string, unknown>>;
}

interface Parts {
  readonly store: { readonly streams: StreamStore; readonly events: EventStore };
  readonly outbox: Outbox;
  readonly sealing: Sealing;
  readonly issuer: string;
  readonly reach: Reach;
  readonly clock: Clock;
  /** Something was changed: who delivers has to look. */
  readonly wake: () => void;
}

const STREAMS_MOST = 20;
const VERIFICATION_EVERY_SECONDS = 1;
/** A receiver that takes nothing is not asked to take more. */
const VERIFICATIONS_MOST = 20;

const pollUrl = (issuer: string, id: string): string => `${issuer}${SERVICES.ssf.path}/poll/${id}`;

const deliveryView = (issuer: string, { id, delivery }: Stream) =>
  delivery.method === 'poll'
    ? { method: POLL, endpoint_url: pollUrl(issuer, id) }
    : // The authorization_header is a secret: whoever gave it knows it.
      { method: PUSH, endpoint_url: delivery.url };

const viewOf = (issuer: string, stream: Stream) => ({
  stream_id: stream.id,
  iss: issuer,
  aud: stream.clientId,
  delivery: deliveryView(issuer, stream),
  events_supported: EVENTS_SUPPORTED,
  events_requested: stream.eventsRequested ?? EVENTS_SUPPORTED,
  events_delivered: eventsDelivered(stream),
  min_verification_interval: VERIFICATION_EVERY_SECONDS,
  ...(stream.description === undefined ? {} : { description: stream.description }),
});

const TRANSMITTER_SUPPLIED = [
  'iss',
  'aud',
  'events_supported',
  'events_delivered',
  'min_verification_interval',
] as const;

/** SSF 1.0: what is the transmitter's may be sent along, as it is. */
const checkSupplied = (input: Readonly<Record<string, unknown>>, view: Readonly<Record<string, unknown>>): void => {
  const wrong = TRANSMITTER_SUPPLIED.find(
    (name) => input[name] !== undefined && JSON.stringify(input[name]) !== JSON.stringify(view[name]),
  );
  if (wrong) throw new CurfewError('bad_request', { detail: `${wrong}: it is not a receiver's to change` });
};

const supplied = (input: Pick<CreateInput, 'events_requested' | 'description'>) => ({
  ...(input.events_requested === undefined ? {} : { eventsRequested: input.events_requested }),
  ...(input.description === undefined ? {} : { description: input.description }),
});

const withoutSupplied = ({ eventsRequested: _events, description: _text, ...stream }: Stream): Stream => stream;

const deliveryFrom = ({ reach, sealing }: Parts, id: string, input: DeliveryInput | undefined): Delivery => {
  if (input === undefined || input.method === POLL) return { method: 'poll' };
  checkDelivery(input, reach);
  const { endpoint_url: url = '', authorization_header: header } = input;
  return { method: 'push', url, ...(header === undefined ? {} : { authorization: sealText(header, id, sealing) }) };
};

/** A changed stream is tried at once: what was wrong may be what was changed. */
const changedBy = (parts: Parts, input: ChangeInput, how: 'update' | 'replace', current: Stream): Stream => {
  checkSupplied(input, viewOf(parts.issuer, current));
  const { trouble: _old, ...base } = how === 'replace' ? withoutSupplied(current) : current;
  const isKept = how === 'update' && input.delivery === undefined;
  const delivery = isKept ? current.delivery : deliveryFrom(parts, current.id, input.delivery);
  return { ...base, delivery, ...supplied(input) };
};

const askedToVerify = (current: Stream, state: string | undefined, place: number, now: number): Stream => {
  const wait = (current.verifiedAt ?? 0) + VERIFICATION_EVERY_SECONDS - now;
  if (wait > 0 || current.verifications.length >= VERIFICATIONS_MOST)
    throw new CurfewError('throttled', { retryAfterSeconds: Math.max(wait, 1) });
  const asked = { at: now, place, ...(state === undefined ? {} : { state }) };
  return { ...current, verifiedAt: now, verifications: [...current.verifications, asked] };
};

const ownOf = (stream: Stream | undefined, clientId: string): Stream => {
  if (stream?.kind === 'ssf' && stream.clientId === clientId) return stream;
  throw new CurfewError('not_found', { detail: 'You have no stream of this id.' });
};

export const createManagement = (parts: Parts): Management => {
  const { store, outbox, issuer, clock, wake } = parts;
  const { streams, events } = store;

  const read: Management['read'] = async (clientId, id) => ownOf(await streams.find(id), clientId);

  const list: Management['list'] = async (clientId) =>
    (await streams.list()).filter((stream) => stream.kind === 'ssf' && stream.clientId === clientId);

  const changeOwn = async (clientId: string, id: string, next: StreamChange): Promise<Stream> => {
    const after = await outbox.change(id, (current) => next(ownOf(current, clientId)));
    wake();
    return ownOf(after, clientId);
  };

  return {
    read,
    list,
    view: (stream) => viewOf(issuer, stream),
    async create(clientId, input) {
      if ((await list(clientId)).length >= STREAMS_MOST)
        throw new CurfewError('too_many', { detail: `A receiver has at most ${STREAMS_MOST} streams.` });
      const id = randomId();
      const made = { id, kind: 'ssf', clientId, delivery: deliveryFrom(parts, id, input.delivery) } as const;
      const stream = { ...newStream(made, await events.latest(), clock.now()), ...supplied(input) };
      await streams.insert(stream);
      wake();
      return stream;
    },
    change: (clientId, input, how) =>
      changeOwn(clientId, input.stream_id, (current) => changedBy(parts, input, how, current)),
    async setStatus(clientId, { stream_id: id, status, reason }) {
      const latest = await events.latest();
      return changeOwn(clientId, id, (current) => inStatus(current, status, reason, latest));
    },
    async verify(clientId, { stream_id: id, state }) {
      const place = await events.latest();
      await changeOwn(clientId, id, (current) => askedToVerify(current, state, place, clock.now()));
    },
    async remove(clientId, id) {
      await read(clientId, id);
      await streams.remove(id);
      wake();
    },
  };
};
