/** Owns how the demo tells a session's story from the event log: what happened when, and why it ended. */
import type { StoredEvent } from '../../server/events.ts';
import { END_REASONS, type EndReason } from '../../server/sessions/ending.ts';
import type { DemoServer } from './server.ts';

const facts = ({ data = {} }: StoredEvent): string =>
  Object.entries(data)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');

/** One event; what is known about an ending has a line of its own. */
const rows = (event: StoredEvent): string[] => {
  const time = new Date(event.at * 1000).toISOString().slice(11, 19);
  const head = `${time}  ${event.type}`;
  return event.type === 'session_ended'
    ? [head, `          ${facts(event)} from=${event.address ?? 'unknown'}`]
    : [`${head}  ${facts(event)}`];
};

export interface Story {
  readonly reason: EndReason | undefined;
  readonly successorUsed: unknown;
  readonly lines: readonly string[];
}

export const explain = async ({ inside }: DemoServer, sid: string): Promise<Story> => {
  const events = [...(await inside.store.events.list({ sid, limit: 50 }))].reverse();
  const ended = events.find(({ type }) => type === 'session_ended');
  const reason = ended?.data?.['reason'] as EndReason | undefined;
  return {
    reason,
    successorUsed: ended?.data?.['successorUsed'],
    lines: [
      `session ${sid} (times in UTC)`,
      ...events.flatMap(rows),
      `why: ${reason ? END_REASONS[reason].sentence : 'it lives'}`,
    ],
  };
};
