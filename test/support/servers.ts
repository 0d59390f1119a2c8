/** Owns the database servers that tests start: each on a port of its own, and gone afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { MongoBinary } from 'mongodb-memory-server-core';
import mongoose from 'mongoose';
import { freePort } from './child.ts';

export interface DatabaseServer {
  readonly url: string;
  readonly port: number;
  /** The process of now: another one after `restart`. */
  child(): ChildProcess;
  /** As a power cut does. */
  kill(): Promise<void>;
  /** Over the same data, at the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const LAUNCHER = new URL('./mongo-server/', import.meta.url).pathname;
const REPLICA_SET = 'curfew';

/** Where a program is, by the PATH. */
const whichProgram = (name: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/** Resolves once it takes connections. */
const spawned = async (command: string, args: readonly string[], port: number): Promise<ChildProcess> => {
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk}`.slice(-2000);
  });
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}: ${complaint}`);
    await pause(50);
  }
  return child;
};

const ended = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
};

type Start = (folder: string, port: number) => Promise<ChildProcess>;

const serverOf = async (start: Start, urlOf: (port: number) => string): Promise<DatabaseServer> => {
  const folder = mkdtempSync(join(tmpdir(), 'curfew-database-'));
  const port = await freePort();
  let child = await start(folder, port);
  // Where the tests end without a word, so does the server.
  const leave = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', leave);
  return {
    url: urlOf(port),
    port,
    child: () => child,
    kill: () => ended(child, 'SIGKILL'),
    restart: async () => {
      await ended(child, 'SIGKILL');
      child = await start(folder, port);
    },
    stop: async () => {
      process.off('exit', leave);
      await ended(child, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const ALREADY_INITIALIZED = 23;

/** One member, so that a majority is there at once; the rest is as in production. */
const initiate = async (port: number): Promise<void> => {
  const connection = await mongoose
    .createConnection(`mongodb://127.0.0.1:${port}/admin?directConnection=true`)
    .asPromise();
  try {
    const members = [{ _id: 0, host: `127.0.0.1:${port}` }];
    await connection.db?.admin().command({ replSetInitiate: { _id: REPLICA_SET, members } });
  } catch (error) {
    if ((error as { code?: unknown }).code !== ALREADY_INITIALIZED) throw error;
  } finally {
    await connection.close();
  }
};

const startMongod = (mongod: string): Promise<DatabaseServer> =>
  serverOf(
    async (folder, port) => {
      const args = ['--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1', '--replSet', REPLICA_SET];
      const child = await spawned(mongod, args, port);
      await initiate(port);
      return child;
    },
    (port) => `mongodb://127.0.0.1:${port}/?replicaSet=${REPLICA_SET}`,
  );

/** `durable`: what it acknowledged outlives it. */
const startLauncher = (java: string, durable: boolean): Promise<DatabaseServer> =>
  serverOf(
    (folder, port) => {
      const classes = ['-Xmx1g', '-cp', join(LAUNCHER, 'lib', '*'), join(LAUNCHER, 'MongoServerLauncher.java')];
      return spawned(java, [...classes, String(port), ...(durable ? [join(folder, 'mongo.db')] : [])], port);
    },
    (port) => `mongodb://127.0.0.1:${port}/`,
  );

/** What mongodb-memory-server has, or can download. */
const downloadedMongod = (): Promise<string | undefined> => MongoBinary.getPath({}).catch(() => undefined);

/** Nothing where no server can be had. */
export const startMongo = async ({ durable = false } = {}): Promise<DatabaseServer | undefined> => {
  const mongod = whichProgram('mongod') ?? (await downloadedMongod());
  if (mongod) return startMongod(mongod);
  const java = whichProgram('java');
  return java && existsSync(join(LAUNCHER, 'lib')) ? startLauncher(java, durable) : undefined;
};

/** Keeps nothing on the disk. */
export const startRedis = async (...more: readonly string[]): Promise<DatabaseServer | undefined> => {
  const program = whichProgram('redis-server');
  if (program === undefined) return undefined;
  return serverOf(
    (folder, port) =>
      spawned(
        program,
        ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no', ...more],
        port,
      ),
    (port) => `redis://127.0.0.1:${port}`,
  );
};
