/** Owns how an explanation is shown: as text, the answer first, and as JSON. All pure. */
import type { Seconds } from '../sessions/time.ts';
import { table } from './answer.ts';
import type { Explanation } from './explain.ts';
import { from, type TimelineEntry } from './explain-events.ts';
import { factRows } from './explain-facts.ts';
import { moment, rfc3339 } from './moments.ts';

const entryJson = ({ at, lastAt, count, type, sentence, address, userAgent }: TimelineEntry) => ({
  at: rfc3339(at),
  last_at: rfc3339(lastAt),
  count,
  type,
  sentence,
  address: address ?? null,
  user_agent: userAgent ?? null,
});

export const explanationJson = (sid: string, { state, ended, answer, notes, timeline, facts }: Explanation) => ({
  sid,
  state,
  ended: ended ? { at: rfc3339(ended.at), reason: ended.reason } : null,
  answer,
  notes,
  timeline: timeline.map(entryJson),
  facts: facts ?? null,
});

/** `sentence, from 192.0.2.1 (ExampleApp/1.0)`. */
const told = (entry: TimelineEntry): string => [entry.sentence, from(entry)].filter((part) => part !== '').join(',');

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

export const explanationLines = ({ answer, notes, timeline, facts }: Explanation, now: Seconds): readonly string[] => [
  answer,
  ...(notes.length > 0 ? ['', ...notes] : []),
  ...(timeline.length > 0 ? ['', 'What happened, in UTC'] : []),
  ...indented(table(timeline.map((entry) => [moment(entry.at, now), told(entry)]))),
  ...(facts ? ['', 'The session', ...indented(table(factRows(facts)))] : []),
];
