import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { migrate } from '../../adapters/sqlite/migrations.ts';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { sha256 } from '../../server/digests.ts';
import type { ArtifactKind } from '../../server/sessions/store.ts';
import type { Store } from '../../server/store.ts';
import { saveSession, times } from './opened-store.ts';
import { artifact, deviceSession, NOW, randomId, rotate, ssoSession } from './samples.ts';
import { sqliteFile } from './sqlite-file.ts';

describe('The file of the SQLite store', () => {
  const file = sqliteFile();
  const open = (): Promise<Store> => openSqliteStore({ file: file(), timeoutSeconds: 5 });
  const failure = (): Promise<unknown> => open().catch((error: unknown) => error);
  const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
  const userVersion = (db: DatabaseSync): unknown => db.prepare('PRAGMA user_version').get()?.['user_version'];

  it('is readable by its owner alone, and so are its side files and its folder', async () => {
    const store = await open();
    await store.ping();
    expect([file(), `${file()}-wal`, `${file()}-shm`].map(mode)).to.deep.equal(['600', '600', '600']);
    expect(mode(dirname(file()))).to.equal('700');
    await store.close();
    expect(existsSync(`${file()}-wal`), 'nothing is left beside it').to.equal(false);
  });

  it('is brought up to date where it is empty, and opened again where it is', async () => {
    const session = deviceSession();
    const first = await open();
    await saveSession(first, session);
    await first.close();
    const second = await open();
    expect(await second.sessions.find(session.sid)).to.deep.equal(session);
    await second.close();
  });

  it('takes the steps that it lacks, in order, all or none', async () => {
    const db = new DatabaseSync(':memory:');
    const steps = ['CREATE TABLE a (x)', 'INSERT INTO a VALUES (1)', 'ALTER TABLE a ADD COLUMN y DEFAULT 2'];
    migrate(db, 'f', '', steps.slice(0, 2));
    expect(() => migrate(db, 'f', '', [...steps, 'ALTER TABLE missing ADD COLUMN z'])).to.throw('missing');
    expect(userVersion(db)).to.equal(2);
    migrate(db, 'f', '', steps);
    expect({ ...db.prepare('SELECT * FROM a').get() }).to.deep.equal({ x: 1, y: 2 });
    expect(userVersion(db)).to.equal(3);
  });

  it('is opened by several processes at once, and one of them makes its tables', async () => {
    const stores = await Promise.all(times(5, open));
    for (const store of stores) await store.ping();
    for (const store of stores) await store.close();
  });

  it('is left alone where a newer version wrote it', async () => {
    await (await open()).close();
    const db = new DatabaseSync(file());
    db.exec('PRAGMA user_version = 1000; PRAGMA journal_mode = DELETE');
    db.close();
    const before = readFileSync(file());
    const error = await failure();
    expect(error).to.have.property('code', 'wrong_configuration');
    expect(error)
      .to.have.property('detail')
      .that.matches(/newer version of Curfew/);
    expect(readFileSync(file()).equals(before)).to.equal(true);
  });

  it('is named where it is no database, and left as it is', async () => {
    mkdirSync(dirname(file()));
    writeFileSync(file(), 'some other file\n'.repeat(100));
    const error = await failure();
    expect(error).to.have.property('code', 'unavailable');
    expect(error).to.have.property('detail').that.includes(file());
    expect(readFileSync(file(), 'utf8')).to.match(/^some other file/);
  });

  it('holds no id of a bearer, and nothing of a sealed payload, in clear', async () => {
    const store = await open();
    const kinds: ArtifactKind[] = [
      'access_token',
      'code',
      'interaction',
      'pushed_request',
      'proof',
      'assertion',
      'step_up',
      'reset_link',
      'not_me_link',
    ];
    const hint = `id_token_hint ${randomId()}`;
    const lean = new Set<ArtifactKind>(['access_token', 'proof', 'assertion']);
    const artifacts = kinds.map((kind) => artifact({ kind, payload: lean.has(kind) ? {} : { hint } }));
    for (const one of artifacts) await store.artifacts.put(one);
    for (const one of artifacts) await store.artifacts.spend(one, NOW, NOW * 1000);
    const cookie = randomId();
    await store.commit({ sso: { how: 'insert', session: ssoSession({ idHash: sha256(cookie) }) } });
    const onDisk = (): Buffer[] =>
      [file(), `${file()}-wal`].filter((path) => existsSync(path)).map((path) => readFileSync(path));
    const holds = (text: string): boolean => onDisk().some((bytes) => bytes.includes(text));
    const secrets = [...artifacts.map(({ id }) => id), hint, cookie];
    expect(secrets.filter(holds)).to.deep.equal([]);
    expect(holds(sha256(cookie)), 'the search finds what is there').to.equal(true);
    await store.close();
    expect(secrets.filter(holds)).to.deep.equal([]);
  });

  it('grows by at most 2 KB for a session that was refreshed 100 times, its access token included', async () => {
    const store = await open();
    await store.close();
    const empty = statSync(file()).size;
    const again = await open();
    const sessions = times(200, () =>
      deviceSession({ accountId: randomId(), ssoUid: randomId(), device: { id: randomId(), name: 'Pixel 9' } }),
    );
    for (const session of sessions) await saveSession(again, session);
    const token = (): ReturnType<typeof artifact> =>
      artifact({
        kind: 'access_token',
        payload: { iat: NOW, accountId: 'alice', clientId: 'phone', scope: 'openid', sid: randomId(), generation: 3 },
      });
    for (let round = 0; round < 100; round += 1) {
      const put = round === 99 ? [token()] : [];
      await Promise.all(sessions.map((session) => again.commit({ put: put.map(token), change: rotate(session) })));
    }
    await again.close();
    expect((statSync(file()).size - empty) / sessions.length).to.be.below(2048);
  });
});
