/** Owns how an event lies in its document, and how repeats share one. */
import { countingKey, type NewEvent, type StoredEvent } from '../../server/events.ts';
import type { EventDoc } from './documents.ts';

/** The id was drawn when it happened: appended twice, it is kept once. */
export interface Entry {
  readonly id: string;
  readonly event: NewEvent;
}

/** A document that has no place in the log yet. */
export type Row = Omit<EventDoc, '_id'>;

export const toRow = ({ id, event }: Entry): Row => {
  const { data, ...told } = event;
  const key = countingKey(event);
  const defined = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)) as typeof told;
  return {
    ...defined,
    ...(data && { data: JSON.stringify(data) }),
    key: key ?? id,
    lastAt: event.at,
    count: 1,
    counted: key === undefined ? [] : [id],
  };
};

/** Of repeats, the first is kept whole; the rest are counted in its row. */
export const joined = (rows: readonly Row[]): Row[] => {
  const byKey = new Map<string, Row>();
  for (const row of rows) {
    const first = byKey.get(row.key);
    const isNew = row.counted.every((id) => !first?.counted.includes(id));
    if (!first) byKey.set(row.key, row);
    else if (isNew && row.counted.length > 0) byKey.set(row.key, addedTo(first, row));
  }
  return [...byKey.values()];
};

const addedTo = (first: Row, row: Row): Row => ({
  ...first,
  count: first.count + row.count,
  lastAt: Math.max(first.lastAt, row.lastAt),
  counted: [...first.counted, ...row.counted],
});

export const toEvent = ({ _id, key: _key, counted: _counted, data, ...row }: EventDoc): StoredEvent => ({
  ...row,
  id: _id,
  ...(data !== undefined && { data: JSON.parse(data) as Readonly<Record<string, unknown>> }),
});
