/** Owns the endings of many, under one epoch after another for each account: of two that want one epoch, one is inserted. */
import type { EndingOfMany } from '../../server/sessions/ending.ts';
import type { Seconds } from '../../server/sessions/time.ts';
import type { EndingDoc } from './documents.ts';
import { insertInto, type Models } from './models.ts';
import { inserted, type Turn } from './patience.ts';

const idOf = (accountId: string, epoch: number): string => `${epoch}#${accountId}`;

const toEnding = ({ accountId, epoch, scope, reason, at, done }: EndingDoc): EndingOfMany => ({
  accountId,
  epoch,
  scope: JSON.parse(scope) as EndingOfMany['scope'],
  reason,
  at,
  done,
});

/** Lowest epoch first. */
export const endingsOf = async ({ endings }: Models, { ask }: Turn, accountId: string): Promise<EndingOfMany[]> => {
  const found = await ask((bounded) =>
    endings.find({ accountId }, undefined, bounded).sort({ epoch: 1 }).lean<EndingDoc[]>(),
  );
  return found.map(toEnding);
};

/** The latest epoch is never dropped: it is where the count is kept. */
const dropOld = ({ endings }: Models, { ask }: Turn, { accountId, epoch }: EndingOfMany, keepAfter: Seconds) =>
  ask((bounded) =>
    endings.deleteMany({ accountId, done: true, at: { $lt: keepAfter }, epoch: { $lt: epoch } }, bounded),
  );

export const beginEnding = async (
  models: Models,
  turn: Turn,
  asked: Omit<EndingOfMany, 'epoch' | 'done'>,
  keepAfter: Seconds,
): Promise<EndingOfMany> => {
  const { by } = turn;
  const { endings } = models;
  const known = await endingsOf(models, turn, asked.accountId);
  for (let epoch = (known.at(-1)?.epoch ?? 0) + 1; ; epoch += 1) {
    const _id = idOf(asked.accountId, epoch);
    const doc = { ...asked, _id, scope: JSON.stringify(asked.scope), epoch, done: false, by };
    const isOurs = await inserted(
      turn,
      (bounded) => insertInto(endings, [doc], bounded),
      (bounded) => endings.updateOne({ _id, by }, { $set: { by } }, bounded),
    );
    if (!isOurs) continue;
    const begun = { ...asked, epoch, done: false };
    if (known.some(({ done, at }) => done && at < keepAfter)) await dropOld(models, turn, begun, keepAfter);
    return begun;
  }
};

export const finishEnding = async (
  { endings }: Models,
  { ask }: Turn,
  accountId: string,
  epoch: number,
): Promise<void> => {
  await ask((bounded) => endings.updateOne({ _id: idOf(accountId, epoch) }, { $set: { done: true } }, bounded));
};

export const unfinishedEndings = async ({ endings }: Models, { ask }: Turn, limit: number): Promise<EndingOfMany[]> => {
  const found = await ask((bounded) =>
    endings
      .find({ done: false }, undefined, bounded)
      .sort({ at: 1, accountId: 1, epoch: 1 })
      .limit(limit)
      .lean<EndingDoc[]>(),
  );
  return found.map(toEnding);
};
