/** Owns every step of a stream: told more, taken from, refused by, stopped, started again. All pure. */
import type { Seconds } from '../sessions/time.ts';
import type { Item, Stream, StreamStatus, Told } from './stream.ts';

/** More than these are left in the event log until some were taken. */
export const WINDOW = 50;
const DEAD_MOST = 100;

const VERIFICATION = 'https://schemas.openid.net/secevent/ssf/event-type/verification';
const UPDATED = 'https://schemas.openid.net/secevent/ssf/event-type/stream-updated';

const numbered = ({ nextSeq }: Stream, told: Told, index: number): Item => ({
  ...told,
  id: String(nextSeq + index),
  seq: nextSeq + index,
});

/** The stream with what was read of the log up to `read` behind what is pending, and the verifications that follow it. */
export const withRead = (stream: Stream, told: readonly Told[], read: number): Stream => {
  const due = stream.verifications.filter(({ place }) => place <= read);
  const all = [
    ...told,
    ...due.map(({ state, at }): Told => {
      const claims = state === undefined ? {} : { state };
      return { at, subject: 'stream', event: { type: VERIFICATION, claims } };
    }),
  ];
  return {
    ...stream,
    read,
    pending: [...stream.pending, ...all.map((one, index) => numbered(stream, one, index))],
    nextSeq: stream.nextSeq + all.length,
    verifications: stream.verifications.filter(({ place }) => place > read),
  };
};

/** What may be told now: of a stream that does not run, only that it was stopped. */
export const tellable = ({ status, pending }: Stream): readonly Item[] => {
  if (status === 'enabled') return pending;
  const firstHeld = pending.findIndex(({ seq }) => seq !== undefined);
  return firstHeld === -1 ? pending : pending.slice(0, firstHeld);
};

const without = <Members extends keyof Stream>(stream: Stream, ...members: readonly Members[]): Stream =>
  Object.fromEntries(Object.entries(stream).filter(([key]) => !members.includes(key as Members))) as unknown as Stream;

/** These were taken. */
export const taken = (stream: Stream, ids: ReadonlySet<string>, now: Seconds): Stream => {
  if (!stream.pending.some(({ id }) => ids.has(id))) return stream;
  return {
    ...without(stream, 'trouble'),
    pending: stream.pending.filter(({ id }) => !ids.has(id)),
    takenAt: now,
  };
};

/** The receiver refused it for good: kept aside, and the rest goes on. */
export const refused = (stream: Stream, id: string, error: string, now: Seconds): Stream => {
  const item = stream.pending.find((one) => one.id === id);
  if (!item) return stream;
  return {
    ...without(stream, 'trouble'),
    pending: stream.pending.filter((one) => one !== item),
    dead: [...stream.dead, { item, refusedAt: now, error }].slice(-DEAD_MOST),
  };
};

/** Puts what was refused back to where it would be told first. */
export const resent = (stream: Stream, isMeant: (item: Item) => boolean): Stream => {
  const back = stream.dead.filter(({ item }) => isMeant(item)).map(({ item }) => item);
  return {
    ...without(stream, 'trouble'),
    pending: [...back, ...stream.pending].toSorted((a, b) => (a.seq ?? 0) - (b.seq ?? 0)),
    dead: stream.dead.filter(({ item }) => !isMeant(item)),
  };
};

/** The status as its receiver wants it. What happens while a stream is disabled is not told later. */
export const inStatus = (stream: Stream, status: StreamStatus, reason: string | undefined, latest: number): Stream => {
  const changed: Stream = { ...without(stream, 'reason'), status, ...(reason === undefined ? {} : { reason }) };
  if (status === 'disabled') return skipped(changed, stream.read);
  return status === 'enabled' && stream.status === 'disabled' ? skipped(changed, latest) : changed;
};

/** Goes on from `place`, and what was not told before is not told any more: a hole in `seq` says so. */
export const skipped = (stream: Stream, place: number): Stream => {
  const lost = stream.pending.some(({ seq }) => seq !== undefined) || stream.dead.length > 0 || place > stream.read;
  return {
    ...without(stream, 'trouble'),
    pending: stream.pending.filter(({ seq }) => seq === undefined),
    dead: [],
    read: Math.max(place, stream.read),
    nextSeq: stream.nextSeq + (lost ? 1 : 0),
  };
};

/** Tells the receiver, before all else, that somebody here changed the status (SSF 1.0, stream-updated event). */
export const announced = (stream: Stream, now: Seconds): Stream => {
  if (stream.kind === 'logout') return stream;
  const { status, reason } = stream;
  const claims = { status, ...(reason === undefined ? {} : { reason }) };
  const item: Item = {
    id: `status-${stream.revision + 1}`,
    at: now,
    subject: 'stream',
    event: { type: UPDATED, claims },
  };
  return { ...stream, pending: [item, ...stream.pending] };
};
