/** Owns the copy of the event log in a file of its own, by which a restored backup learns of endings that it forgot. */
import { createWriteStream } from 'node:fs';
import type { Events, NewEvent } from './events.ts';

/** JSON, one event a line, appended. Resolves once all of it is on its way to the disk. */
export const appendEventsTo = (
  file: string,
  events: Events,
  onError: (error: unknown) => void,
): (() => Promise<void>) => {
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
  stream.on('error', onError);
  const write = (event: NewEvent): void => {
    stream.write(`${JSON.stringify(event)}\n`);
  };
  events.on('event', write);
  return () => {
    events.off('event', write);
    return new Promise((resolve) => stream.end(resolve));
  };
};
