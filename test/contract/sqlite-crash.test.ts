import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { saveSession } from './opened-store.ts';
import { artifact, deviceSession, ssoSession } from './samples.ts';
import { sqliteFile } from './sqlite-file.ts';

/** What a process that is killed in the middle of an ending leaves behind. */
const OUTCOMES = {
  'before-transaction': 'live',
  'after-transaction-before-commit': 'live',
  'after-commit': 'ended',
} as const;

describe('The SQLite store, killed', () => {
  const file = sqliteFile();

  const killedWhileEnding = async (step: string, sid: string): Promise<{ signal: string; said: string }> => {
    const child = spawn(process.execPath, [
      new URL('./killed-while-ending.ts', import.meta.url).pathname,
      file(),
      sid,
      step,
    ]);
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const [, signal] = (await once(child, 'close')) as [number | null, string];
    return { signal, said };
  };

  for (const [step, status] of Object.entries(OUTCOMES)) {
    it(`${step.replaceAll('-', ' ')}: the session is ${status}, with its event and its mark or without both`, async () => {
      const sso = ssoSession();
      const session = deviceSession({ ssoUid: sso.uid });
      const before = await openSqliteStore({ file: file(), timeoutSeconds: 5 });
      await before.commit({ sso: { how: 'insert', session: sso } });
      await saveSession(before, session);
      await before.close();

      expect(await killedWhileEnding(step, session.sid)).to.deep.equal({ signal: 'SIGKILL', said: 'ready\n' });

      const after = await openSqliteStore({ file: file(), timeoutSeconds: 5 });
      const isEnded = Number(status === 'ended');
      expect(await after.sessions.find(session.sid)).to.have.property('status', status);
      expect(await after.events.list({ sid: session.sid, limit: 9 })).to.have.lengthOf(isEnded);
      expect(await after.sessions.findSso({ uid: sso.uid })).to.have.property('marks', isEnded);
      expect(await after.artifacts.insert(artifact())).to.equal(true);
      await after.close();
    });
  }
});
