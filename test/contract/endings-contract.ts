import { expect } from 'chai';
import { covers, type EndingOfMany } from '../../server/sessions/ending.ts';
import type { Refusal } from '../../server/sessions/store.ts';
import { type OpenStore, openedStore, times } from './opened-store.ts';
import { NOW, pendingSession } from './samples.ts';

/** How endings of many are written down before any session is marked. */
export const endingsContract = (open: OpenStore): void => {
  const store = openedStore(open);
  const ending = (accountId = 'alice', at = NOW): Omit<EndingOfMany, 'epoch' | 'done'> => ({
    accountId,
    scope: { kind: 'all_but', sid: 'kept' },
    reason: 'password_changed',
    at,
  });

  it('knows of none at first', async () => {
    expect(await store().sessions.endingsOf('alice')).to.deep.equal({ epoch: 0, endings: [] });
  });

  it('counts the epochs of each account by itself', async () => {
    expect(await store().sessions.beginEnding(ending(), 0)).to.deep.equal({ ...ending(), epoch: 1, done: false });
    expect(await store().sessions.beginEnding(ending(), 0)).to.have.property('epoch', 2);
    expect(await store().sessions.beginEnding(ending('bob'), 0)).to.have.property('epoch', 1);
    const { epoch, endings } = await store().sessions.endingsOf('alice');
    expect(epoch).to.equal(2);
    expect(endings).to.have.deep.members([1, 2].map((number) => ({ ...ending(), epoch: number, done: false })));
  });

  it('gives 50 that begin together 50 epochs', async () => {
    const begun = await Promise.all(times(50, () => store().sessions.beginEnding(ending(), 0)));
    expect(begun.map(({ epoch }) => epoch).sort((a, b) => a - b)).to.deep.equal(times(50, (index) => index + 1));
  });

  it('lists the unfinished ones, oldest first, until they are finished', async () => {
    await store().sessions.beginEnding(ending('alice', NOW + 2), 0);
    await store().sessions.beginEnding(ending('bob', NOW + 1), 0);
    const accounts = async (limit: number): Promise<string[]> =>
      (await store().sessions.unfinishedEndings(limit)).map(({ accountId }) => accountId);
    expect(await accounts(9)).to.deep.equal(['bob', 'alice']);
    expect(await accounts(1)).to.deep.equal(['bob']);
    await store().sessions.finishEnding('bob', 1);
    expect(await accounts(9)).to.deep.equal(['alice']);
    expect((await store().sessions.endingsOf('bob')).endings).to.deep.equal([
      { ...ending('bob', NOW + 1), epoch: 1, done: true },
    ]);
  });

  it('drops finished ones that are old, never unfinished ones, and never the count', async () => {
    await store().sessions.beginEnding(ending('alice', NOW), 0);
    await store().sessions.beginEnding(ending('alice', NOW + 1), 0);
    await store().sessions.finishEnding('alice', 2);
    expect(await store().sessions.beginEnding(ending('alice', NOW + 9), NOW + 5)).to.have.property('epoch', 3);
    const { epoch, endings } = await store().sessions.endingsOf('alice');
    expect(epoch).to.equal(3);
    expect(endings.map((kept) => kept.epoch)).to.have.members([1, 3]);
  });

  it('lets no sign-in slip between an ending of many and its list: one of the two sees the other', async () => {
    for (let round = 0; round < 20; round += 1) {
      const accountId = `account-${round}`;
      const begin = pendingSession({ accountId, epoch: 0 });
      const admit = (endings: readonly EndingOfMany[]): Refusal | undefined => {
        const found = endings.find((one) => covers(one, { sid: begin.sid, epoch: begin.epoch }));
        return found && { refused: 'account', ending: found };
      };
      const turns = [
        (): Promise<unknown> => store().commit({ begin, accountGuard: { accountId, admit } }),
        async (): Promise<unknown> => {
          await store().sessions.beginEnding(ending(accountId), 0);
          return store().sessions.listOpen(accountId, 9);
        },
      ];
      const [first, second] = round % 2 === 0 ? turns : turns.toReversed();
      const outcomes = await Promise.all([first?.(), second?.()]);
      const signIn = outcomes[round % 2] as { refused?: string };
      const listed = outcomes[1 - (round % 2)] as unknown[];
      expect(signIn.refused === 'account' || listed.length === 1, `round ${round}`).to.equal(true);
    }
  });
};
