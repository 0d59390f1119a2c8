/** Owns the one id of a request: in every line of the log that it causes, in its answer, and on the page of an error. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

const requests = new AsyncLocalStorage<string>();

/** The last part of a UUID, which is random throughout: short enough to read out on the telephone. */
const newId = (): string => randomUUID().slice(-12);

/** The request's own; nothing outside one. */
export const correlationId = (): string | undefined => requests.getStore();

/** For what names one in any case. */
export const correlationIdOrNew = (): string => correlationId() ?? newId();

/** Always ours: an id that a client could choose would join its lines to somebody else's. */
export const correlated = <T>(work: (id: string) => T): T => {
  const id = newId();
  return requests.run(id, work, id);
};
