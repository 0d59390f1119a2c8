/**
 * Owns how an event gets from the document of what it tells of into the log. It is written with the change, in one
 * document, and taken to the log afterwards by whoever comes first: an event is told of all that happened, once, and of
 * nothing else.
 */
import { randomBytes } from 'node:crypto';
import type { Model } from 'mongoose';
import type { NewEvent } from '../../server/events.ts';
import type { Told, Untold } from './documents.ts';
import type { EventLog } from './event-log.ts';
import type { Models } from './models.ts';
import type { Patience } from './patience.ts';

/** The collections whose documents bear untold events. */
const TELLERS = ['deviceSessions', 'ssoSessions', 'knownDevices'] as const;

export type Teller = (typeof TELLERS)[number];

interface TellingDoc extends Told {
  readonly _id: string;
}

/** A list that grows beyond this waits until the log takes it. */
export const MOST_UNTOLD = 100;

const ID_BYTES = 12;

const eventId = (): string => randomBytes(ID_BYTES).toString('base64url');

export const untoldOf = (events: readonly NewEvent[]): Untold[] =>
  events.map((event) => ({ id: eventId(), event: JSON.stringify(event) }));

/** The update operators by which a change writes what has to be told of it. */
export const untoldUpdate = (untold: readonly Untold[], at: number) => ({
  set: untold.length > 0 ? { untoldAt: at } : {},
  push: untold.length > 0 ? { untold: { $each: [...untold] } } : {},
});

/** Only where the list has room. */
export const withRoom = (untold: readonly Untold[]) =>
  untold.length > 0 ? { [`untold.${MOST_UNTOLD - 1}`]: { $exists: false } } : {};

export interface Telling {
  /** Takes to the log what a document bears. */
  tell(from: Teller, id: string, untold: readonly Untold[]): Promise<void>;
  /** The same, by itself: what fails is taken up by a later sweep, on any node. */
  tellLater(from: Teller, id: string, untold: readonly Untold[] | undefined): void;
  /** Writes what no document bears, by itself. */
  append(events: readonly NewEvent[]): Promise<void>;
  appendLater(events: readonly NewEvent[]): void;
  /** Resolves once what this process began has come to its end. */
  settled(): Promise<void>;
  /** Takes up what was left, wherever. */
  sweep(limit: number): Promise<void>;
}

const modelOf = (models: Models, from: Teller) => models[from] as unknown as Model<TellingDoc>;

/** Mostly nobody came between, and one write does. */
const strike = (model: Model<TellingDoc>, patience: Patience, _id: string, ids: readonly string[]): Promise<void> =>
  patience(async ({ ask }) => {
    const whole = { _id, untold: { $size: ids.length }, 'untold.id': { $all: [...ids] } };
    const cleared = { $unset: { untold: 1, untoldAt: 1 } };
    if ((await ask((bounded) => model.updateOne(whole, cleared, bounded))).matchedCount === 1) return;
    await ask((bounded) => model.updateOne({ _id }, { $pull: { untold: { id: { $in: [...ids] } } } }, bounded));
    await ask((bounded) => model.updateOne({ _id, untold: { $size: 0 } }, cleared, bounded));
  });

const left = (model: Model<TellingDoc>, patience: Patience, limit: number): Promise<TellingDoc[]> =>
  patience(({ ask }) =>
    ask((bounded) =>
      model
        .find({ untoldAt: { $exists: true } }, { untold: 1 }, bounded)
        .sort({ untoldAt: 1 })
        .limit(limit)
        .lean<TellingDoc[]>(),
    ),
  );

export const createTelling = (models: Models, log: EventLog, patience: Patience): Telling => {
  const underWay = new Set<Promise<unknown>>();

  const byItself = (work: Promise<unknown>): void => {
    const quiet = work.catch(() => undefined).finally(() => underWay.delete(quiet));
    underWay.add(quiet);
  };

  const tell: Telling['tell'] = async (from, id, untold) => {
    await log.append(untold.map((one) => ({ id: one.id, event: JSON.parse(one.event) as NewEvent })));
    await strike(modelOf(models, from), patience, id, [...new Set(untold.map((one) => one.id))]);
  };

  const append: Telling['append'] = (events) => log.append(events.map((event) => ({ id: eventId(), event })));

  return {
    tell,
    append,
    tellLater: (from, id, untold) => {
      if (untold && untold.length > 0) byItself(tell(from, id, untold));
    },
    appendLater: (events) => {
      if (events.length > 0) byItself(append(events));
    },
    settled: async () => {
      await Promise.all([...underWay]);
    },
    async sweep(limit) {
      for (const from of TELLERS) {
        const found = await left(modelOf(models, from), patience, limit);
        await Promise.all(found.map(({ _id, untold = [] }) => tell(from, _id, untold)));
      }
    },
  };
};
