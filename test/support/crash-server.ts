/** Owns a server in a process of its own that kills itself, as `kill -9` does, at the moment that its parent names. */
import type { Step } from '../../adapters/sqlite/group-commit.ts';
import type { EndReason } from '../../server/sessions/ending.ts';
import { type Turn, turningClock } from './clock.ts';
import { Faults } from './faults.ts';
import { openStreamsWorld } from './streams-world.ts';

/** When to die: in a call of a store's method, as it begins, at a step of its transaction, or once it has been done. */
export interface Moment {
  readonly method: string;
  readonly at: 'call' | Step | 'return';
  /** The how manieth call. */
  readonly nth?: number;
}

const [dataDir = '', port = '0', smtpUrl = ''] = process.argv.slice(2);
const faults = new Faults();
let fatal: Step | undefined;

const die = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

const world = await openStreamsWorld({
  dataDir,
  port: Number(port),
  config: smtpUrl === '' ? {} : { smtpUrl, mailFrom: 'Curfew <no-reply@example.com>' },
  wrapStore: faults.wrapStore,
  onStep: (step) => {
    if (step === fatal) die();
  },
});

const dieAt = ({ method, at, nth = 1 }: Moment): void => {
  let calls = 0;
  faults.plant(method, async (run) => {
    calls += 1;
    if (calls < nth) return run();
    if (at === 'call') return die();
    if (at !== 'return') fatal = at;
    const result = await run();
    if (at === 'return') die();
    return result;
  });
};

/** What the parent may ask for: what no request over HTTP can do. */
export const COMMANDS = {
  dieAt,
  person: () => world.person(),
  endAll: (sub: string, reason: EndReason) => world.server.sessions.endAll(sub, reason).then(() => undefined),
  disable: (sub: string) => world.server.accounts?.disable(sub),
  setPassword: (sub: string, password: string) => world.server.accounts?.setPassword(sub, password),
  advance: (turn: Turn) => turningClock.advance(turn),
  /** Sends the mails that are due. */
  post: () => world.server.mail.look(),
  round: () => world.server.background.round(),
  endingOf: async (sid: string) => (await world.server.store.sessions.find(sid))?.ended?.reason,
};

type Call = { readonly id: number; readonly name: keyof typeof COMMANDS; readonly given: readonly unknown[] };

process.on('message', async ({ id, name, given }: Call) => {
  const command = COMMANDS[name] as (...given: readonly unknown[]) => unknown;
  process.send?.({ id, result: await command(...given) });
});
process.on('disconnect', die);
process.send?.({ ready: world.issuer });
