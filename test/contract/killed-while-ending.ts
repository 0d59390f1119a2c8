/** Owns a process that begins to end a session and is killed at one step of the transaction. */
import type { Step } from '../../adapters/sqlite/group-commit.ts';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { deviceSession, endCommand } from './samples.ts';

const [file = '', sid = '', fatal = ''] = process.argv.slice(2);

const killAt = (step: Step): void => {
  if (step === fatal) process.kill(process.pid, 'SIGKILL');
};

const store = await openSqliteStore({ file, timeoutSeconds: 5, onStep: killAt });
process.stdout.write('ready\n');
await store.sessions.end(endCommand(deviceSession({ sid })));
process.stdout.write('survived\n');
