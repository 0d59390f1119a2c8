import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { POOL_NICE } from '../../server/thread-priority.ts';
import { freePort, MainProcess } from '../support/main-process.ts';

interface Thread {
  readonly name: string;
  readonly nice: number;
}

/** proc_pid_stat(5): the nice value is the 17th field after the name in brackets. */
const threadOf = (stat: string): Thread => {
  const [, name = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? [];
  return { name, nice: Number(rest.split(' ')[16]) };
};

const threadsOf = async (pid: number | undefined): Promise<readonly Thread[]> => {
  const tasks = `/proc/${pid}/task`;
  const stats = (await readdir(tasks)).map((id) => readFile(join(tasks, id, 'stat'), 'utf8'));
  return (await Promise.all(stats)).map(threadOf);
};

describe('the process that an operator starts, where there are more sign-ins than cores', () => {
  // Elsewhere threads have no priority of their own.
  if (process.platform !== 'linux') return;

  it('lets the thread that answers go before those that hash passwords', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'curfew-priority-'));
    const port = String(await freePort());
    const main = await new MainProcess({ CURFEW_PORT: port, CURFEW_DATA_DIR: folder }).ready();
    const threads = await threadsOf(main.child.pid);
    await main.stop();
    await rm(folder, { recursive: true, force: true });
    const pool = threads.filter(({ name }) => name === 'libuv-worker');
    expect(pool).to.have.length.above(0);
    const usual = threads.filter((thread) => !pool.includes(thread)).map(({ nice }) => nice);
    expect(pool.map(({ nice }) => nice)).to.deep.equal(pool.map(() => Math.max(...usual) + POOL_NICE));
  });
});
