/**
 * Owns the copy of the event log in a file of its own, by which a restored backup learns of endings that it forgot.
 * A line is on the disk a moment after its event was announced, not before: the database is what an ending waits for.
 * A machine that loses power loses at most that moment, in the file alone.
 */
import { type FileHandle, open } from 'node:fs/promises';
import type { Events, NewEvent } from './events.ts';

/**
 * JSON, one event a line, appended; all that waits shares one write and one fdatasync. After a failure, which `onError`
 * is told, the next event tries again with what is waiting. What is returned resolves once all is on the disk.
 */
export const appendEventsTo = (
  file: string,
  events: Events,
  onError: (error: unknown) => void,
): (() => Promise<void>) => {
  let waiting: string[] = [];
  let opened: FileHandle | undefined;
  let working: Promise<void> | undefined;

  const writeGroup = async (handle: FileHandle): Promise<void> => {
    const group = waiting;
    waiting = [];
    try {
      await handle.appendFile(group.join(''));
      await handle.datasync();
    } catch (error) {
      // A line may be torn: what follows begins on one of its own.
      waiting = ['\n', ...group, ...waiting].slice(-MOST_WAITING);
      throw error;
    }
  };
  const drain = async (): Promise<void> => {
    opened ??= await open(file, 'a', 0o600);
    while (waiting.length > 0) await writeGroup(opened);
  };
  const work = (): void => {
    working ??= drain().then(
      () => {
        working = undefined;
        // Came in between the last look and now.
        if (waiting.length > 0) work();
      },
      (error: unknown) => {
        working = undefined;
        onError(error);
      },
    );
  };
  const write = (event: NewEvent): void => {
    waiting.push(`${JSON.stringify(event)}\n`);
    work();
  };

  events.on('event', write);
  return async () => {
    events.off('event', write);
    while (working !== undefined) await working;
    if (waiting.length > 0) await drain().catch(onError);
    await opened?.close();
  };
};

/** A disk that stays full must not fill the memory too. */
const MOST_WAITING = 10_000;
