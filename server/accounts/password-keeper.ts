/** Owns who sets passwords: the built-in accounts, or a host that has said how; and in which order what follows comes. */
import type { NewEvent } from '../events.ts';
import type { EndContext, EndedMany } from '../sessions/revocation.ts';
import type { Clock } from '../sessions/time.ts';
import type { KeptSession } from './administration.ts';
import type { NewPasswords } from './new-password.ts';
import { type PasswordContext, type PasswordProblem, passwordProblem } from './password-rules.ts';
import type { Accounts } from './store.ts';

/** `refused`: nothing has changed, since the person's own keeper does not take such a password. */
export type Kept = EndedMany | 'refused';

/** All mark the account first, then end its sessions, then write the event. They throw what the store or the host throws. */
export interface PasswordKeeper {
  /** Pure but for the look at the account: why the password may not be chosen. */
  problem(sub: string, password: string): Promise<PasswordProblem | undefined>;
  set(sub: string, password: string, kept: KeptSession | undefined, context: EndContext): Promise<Kept>;
  /** Undefined where none is demanded any more, or `still` does not hold: nothing has changed. */
  meetDemand(
    sub: string,
    password: string,
    still: () => Promise<boolean>,
    context: EndContext,
  ): Promise<Kept | undefined>;
}

interface Parts {
  /** What the rules are asked about, besides the password. */
  contextOf(sub: string): Promise<PasswordContext>;
}

const rulesOver = ({ contextOf }: Parts): Pick<PasswordKeeper, 'problem'> => ({
  problem: async (sub, password) => passwordProblem(password, await contextOf(sub)),
});

export const builtInKeeper = (accounts: NewPasswords, parts: Parts): PasswordKeeper => ({
  ...rulesOver(parts),
  set: (sub, password, kept, context) => accounts.setPassword(sub, password, kept, context),
  meetDemand: (sub, password, still, context) => accounts.meetDemand(sub, password, still, context),
});

interface HostParts extends Parts {
  readonly accounts: Pick<Accounts, 'find'> & Required<Pick<Accounts, 'setPassword'>>;
  readonly clock: Clock;
  record(event: NewEvent): Promise<void>;
  endAll(sub: string, kept: KeptSession | undefined, context: EndContext): Promise<EndedMany>;
}

export const hostKeeper = ({ accounts, clock, record, endAll, ...parts }: HostParts): PasswordKeeper => {
  const set: PasswordKeeper['set'] = async (sub, password, kept, context) => {
    if ((await accounts.setPassword(sub, password)) === false) return 'refused';
    const ended = await endAll(sub, kept, context);
    await record({ ...context, type: 'password_changed', at: clock.now(), accountId: sub });
    return ended;
  };
  return {
    ...rulesOver(parts),
    set,
    async meetDemand(sub, password, still, context) {
      const person = await accounts.find(sub);
      return person?.mustChangePassword && (await still()) ? set(sub, password, undefined, context) : undefined;
    },
  };
};
