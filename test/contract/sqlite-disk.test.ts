import { copyFileSync, fdatasync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import type { Store } from '../../server/store.ts';
import { saveSession, times } from './opened-store.ts';
import { artifact, deviceSession, event, NOW } from './samples.ts';
import { sqliteFile } from './sqlite-file.ts';

describe('What the SQLite store acknowledges, and the disk', () => {
  const file = sqliteFile();
  let store: Store;

  const open = async (sync: (log: number) => Promise<void>): Promise<void> => {
    store = await openSqliteStore({ file: file(), timeoutSeconds: 5, sync });
  };
  afterEach(() => store.close());

  /** A disk that takes nothing until it is let. */
  const slowDisk = () => {
    const asked: PromiseWithResolvers<void>[] = [];
    const sync = (): Promise<void> => {
      const one = Promise.withResolvers<void>();
      asked.push(one);
      return one.promise;
    };
    return { asked, sync };
  };

  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  /** Until a write that was asked for has been committed. */
  const committed = async (): Promise<void> => {
    await turn();
    await turn();
  };

  it('outlives a power cut: what the disk held at any answer holds all that was answered', async () => {
    const copies: string[] = [];
    await open(async (log) => {
      await promisify(fdatasync)(log);
      // What was written after the sync may not be on the disk: it is not in the copy either.
      const copy = join(dirname(file()), `copy${copies.length}`, 'curfew.db');
      mkdirSync(dirname(copy));
      for (const part of ['', '-wal']) copyFileSync(`${file()}${part}`, `${copy}${part}`);
      copies.push(copy);
    });
    const answered: { readonly copy: string; readonly code: ReturnType<typeof artifact> }[] = [];
    for (const codes of times(4, () => times(5, () => artifact())))
      await Promise.all(
        codes.map(async (code) => {
          await store.artifacts.put(code);
          answered.push({ copy: copies.at(-1) ?? '', code });
        }),
      );
    expect(new Set(answered.map(({ copy }) => copy)).size).to.be.greaterThan(3);
    for (const { copy, code } of answered) {
      const after = await openSqliteStore({ file: copy, timeoutSeconds: 5 });
      expect(await after.artifacts.find(code, NOW)).to.have.property('spent', false);
      await after.close();
    }
  });

  it('answers nobody before the disk has it, and goes on reading and taking requests meanwhile', async () => {
    const disk = slowDisk();
    await open(disk.sync);
    const [first, second, third] = [artifact(), artifact(), artifact()];
    const answered: string[] = [];
    const put = (name: string, code: typeof first) => store.artifacts.put(code).then(() => answered.push(name));
    const writes = [put('first', first)];
    await committed();
    writes.push(put('second', second), put('third', third));
    await committed();
    expect(await store.accounts.find('nobody')).to.equal(undefined);
    expect([answered, disk.asked.length]).to.deep.equal([[], 1]);
    disk.asked[0]?.resolve();
    await writes[0];
    await committed();
    expect([answered, disk.asked.length]).to.deep.equal([['first'], 2]);
    disk.asked[1]?.resolve();
    await Promise.all(writes);
    expect(answered).to.deep.equal(['first', 'second', 'third']);
  });

  it('tells others of no event that a power cut could take back', async () => {
    const disk = slowDisk();
    await open(disk.sync);
    const written = store.events.append(event());
    await committed();
    let told = -1;
    const asked = store.events.after(0, 9).then(({ length }) => {
      told = length;
    });
    await committed();
    expect(told).to.equal(-1);
    disk.asked[0]?.resolve();
    await Promise.all([written, asked]);
    expect(told).to.equal(1);
  });

  it('is unavailable from a failure of the disk on, until it is opened again: nobody can tell what the disk holds', async () => {
    let isFull = false;
    await open(async () => {
      if (isFull) throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
    });
    const session = deviceSession();
    await saveSession(store, session);
    isFull = true;
    const failed = await Promise.allSettled(times(3, () => store.artifacts.put(artifact())));
    isFull = false;
    const later = await Promise.allSettled([store.artifacts.put(artifact()), store.ping(), store.events.latest()]);
    for (const outcome of [...failed, ...later]) {
      expect(outcome).to.have.nested.property('reason.code', 'unavailable');
      expect(outcome).to.have.nested.property('reason.cause.code', 'EIO');
    }
    expect(await store.sessions.find(session.sid)).to.deep.equal(session);
    await store.close();
    await open(async () => {});
    await store.ping();
  });
});
