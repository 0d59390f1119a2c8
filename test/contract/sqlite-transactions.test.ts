import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import type { Step } from '../../adapters/sqlite/group-commit.ts';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { CurfewError } from '../../server/errors.ts';
import type { Store } from '../../server/store.ts';
import { saveSession, times } from './opened-store.ts';
import { artifact, deviceSession, NOW, rotate } from './samples.ts';
import { sqliteFile } from './sqlite-file.ts';

describe('The transactions of the SQLite store', () => {
  const file = sqliteFile();
  let store: Store;
  let steps: Step[];

  const open = async (timeoutSeconds = 5): Promise<void> => {
    store = await openSqliteStore({ file: file(), timeoutSeconds, onStep: (step) => steps.push(step) });
    steps = [];
  };
  const commits = (): number => steps.filter((step) => step === 'after-commit').length;

  /** Another process, such as the command line, in the middle of a write. */
  const lock = (): (() => void) => {
    const other = new DatabaseSync(file());
    other.exec('BEGIN IMMEDIATE');
    return () => {
      other.exec('COMMIT');
      other.close();
    };
  };

  beforeEach(() => {
    steps = [];
  });
  afterEach(() => store.close());

  it('commits what is asked in one turn together, and answers nobody before', async () => {
    await open();
    const answered: number[] = [];
    await Promise.all(
      times(100, async () => {
        await store.artifacts.insert(artifact());
        answered.push(commits());
      }),
    );
    expect(commits()).to.be.within(1, 3);
    expect(answered.every((before) => before > 0)).to.equal(true);
  });

  it('fails a rule that throws alone: whoever shared its transaction gets one of their own', async () => {
    await open();
    const session = deviceSession();
    await saveSession(store, session);
    const codes = times(10, () => artifact());
    const broken = store.sessions.change({
      seen: session,
      next: () => {
        throw new RangeError('a rule is broken');
      },
    });
    const outcomes = await Promise.allSettled([broken, ...codes.map((code) => store.artifacts.insert(code))]);
    expect(outcomes[0]).to.have.property('reason').that.is.instanceOf(RangeError);
    expect(outcomes.slice(1)).to.deep.equal(codes.map(() => ({ status: 'fulfilled', value: true })));
    for (const code of codes) expect(await store.artifacts.find(code, NOW)).to.have.property('spent', false);
  });

  it('fails a write that SQLite refuses alone, as unavailable', async () => {
    await open();
    const impossible = { ...artifact(), expiresAt: 'soon' as unknown as number };
    const [failed, kept] = await Promise.allSettled([store.artifacts.put(impossible), store.artifacts.put(artifact())]);
    expect(failed).to.have.nested.property('reason.code', 'unavailable');
    expect(failed).to.have.nested.property('reason.cause').that.is.instanceOf(Error);
    expect(kept.status).to.equal('fulfilled');
  });

  it('waits for another process without holding up the event loop', async () => {
    await open();
    const unlock = lock();
    const order: string[] = [];
    const writes = times(20, () => store.artifacts.insert(artifact()).then(() => order.push('written')));
    await pause(60);
    order.push('timer');
    expect(await store.accounts.find('nobody'), 'reads go on').to.equal(undefined);
    unlock();
    order.push('unlocked');
    await Promise.all(writes);
    expect(order).to.deep.equal(['timer', 'unlocked', ...times(20, () => 'written')]);
  });

  it('says that it is unavailable once it has waited long enough, and writes nothing of that later', async () => {
    await open(0.1);
    const unlock = lock();
    const codes = times(5, () => artifact());
    const outcomes = await Promise.allSettled([...codes.map((code) => store.artifacts.insert(code)), store.ping()]);
    unlock();
    for (const outcome of outcomes) {
      expect(outcome).to.have.property('reason').that.is.instanceOf(CurfewError);
      expect(outcome).to.have.nested.property('reason.code', 'unavailable');
      expect(outcome).to.have.nested.property('reason.cause.errcode', 5);
    }
    await store.ping();
    for (const code of codes) expect(await store.artifacts.find(code, NOW)).to.equal(undefined);
  });

  it('sees at once what another process wrote, also inside a change', async () => {
    await open();
    const other = await openSqliteStore({ file: file(), timeoutSeconds: 5 });
    const session = deviceSession();
    await saveSession(other, session);
    expect(await store.sessions.find(session.sid)).to.deep.equal(session);
    const outcomes = await Promise.all(
      times(100, (index) => (index % 2 ? other : store).sessions.change(rotate(session))),
    );
    expect(new Set(outcomes.map((outcome) => ('refused' in outcome ? 0 : outcome.revision)))).to.have.property(
      'size',
      100,
    );
    expect((await other.sessions.find(session.sid))?.head?.generation).to.equal(100);
    await other.close();
  });

  it('finishes what is under way before it closes, and is unavailable from then on', async () => {
    await open();
    const code = artifact();
    const written = store.artifacts.insert(code);
    const closed = store.close();
    expect(await written).to.equal(true);
    await closed;
    await store.close();
    const late = await Promise.allSettled([
      store.artifacts.insert(artifact()),
      store.artifacts.find(code, NOW),
      store.ping(),
    ]);
    for (const outcome of late) expect(outcome).to.have.nested.property('reason.code', 'unavailable');
    await open();
    expect(await store.artifacts.find(code, NOW)).to.have.property('spent', false);
  });
});
