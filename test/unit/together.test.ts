import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { together } from '../../adapters/mongo/together.ts';

const BOUNDED = { maxTimeMS: 5000 };

/** Answers what it was asked, when it is let go. */
const heldDatabase = () => {
  const sent: (readonly number[])[] = [];
  const times: number[] = [];
  let letGo = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const ask = together(async (all: readonly number[], { maxTimeMS }) => {
    sent.push(all);
    times.push(maxTimeMS);
    await opened;
    if (all.includes(13)) throw new Error('the connection broke');
    return all.map((one) => one * 10);
  });
  return { ask, sent, times, letGo };
};

describe('what goes to the database together', () => {
  it('is what is asked in one turn of the event loop, and each gets its own answer', async () => {
    const { ask, sent, letGo } = heldDatabase();
    letGo();
    expect(await Promise.all([1, 2, 3].map((one) => ask(one, BOUNDED)))).to.deep.equal([10, 20, 30]);
    expect(await ask(4, BOUNDED)).to.equal(40);
    expect(sent).to.deep.equal([[1, 2, 3], [4]]);
  });

  it('gathers while two commands are under way', async () => {
    const { ask, sent, letGo } = heldDatabase();
    const answers = [];
    for (const one of [1, 2, 3, 4, 5]) {
      answers.push(ask(one, BOUNDED));
      await pause(1);
    }
    expect(sent).to.deep.equal([[1], [2]]);
    letGo();
    expect(await Promise.all(answers)).to.deep.equal([10, 20, 30, 40, 50]);
    expect(sent).to.deep.equal([[1], [2], [3, 4, 5]]);
  });

  it('has the longest time that one of them has, and is not asked for whoever has none left', async () => {
    const { ask, sent, times, letGo } = heldDatabase();
    const first = [ask(1, BOUNDED), ask(2, { maxTimeMS: 100 })];
    await pause(1);
    const second = ask(3, BOUNDED);
    await pause(1);
    const late = ask(4, { maxTimeMS: 1 }).catch((error: Error) => error.message);
    const timely = ask(5, BOUNDED);
    await pause(5);
    letGo();
    await Promise.all([...first, second, timely]);
    expect(await late).to.equal('the database was not asked in time');
    expect(sent).to.deep.equal([[1, 2], [3], [5]]);
    expect(times[0]).to.be.within(4900, 5000);
  });

  it('fails for each where it fails, and for nobody else', async () => {
    const { ask, letGo } = heldDatabase();
    const failing = [12, 13].map((one) => ask(one, BOUNDED).catch((error: Error) => error.message));
    await pause(1);
    const other = ask(1, BOUNDED);
    letGo();
    expect(await Promise.all(failing)).to.deep.equal(['the connection broke', 'the connection broke']);
    expect(await other).to.equal(10);
  });
});
