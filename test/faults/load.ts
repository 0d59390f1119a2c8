/** Owns the phones that go on refreshing whatever happens, and what became of their requests. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Nodes } from '../support/nodes.ts';
import type { Person, Phone, Reply, Tokens } from '../support/phone.ts';

export interface Outcome {
  /** Refreshes that were answered with tokens. */
  answered: number;
  /** Requests that were told to come back: 503, 502 of the door, or a connection that broke. */
  postponed: number;
  /** Replies that an app takes for a sign-out. */
  readonly signedOut: string[];
  slowestMs: number;
  /** When each phone last got tokens. */
  readonly lastAnswers: number[];
}

const RETRY_AFTER_MS = 200;
const broken = { status: 0, body: {} } as Reply;

const asked = async (phone: Phone): Promise<Reply> => phone.refreshWith(phone.refreshToken).catch(() => broken);

const note = (outcome: Outcome, phone: Phone, index: number, reply: Reply): boolean => {
  if (reply.status === 200) {
    phone.tokens = reply.body as unknown as Tokens;
    outcome.answered += 1;
    outcome.lastAnswers[index] = performance.now();
    return true;
  }
  if ('error' in reply.body) outcome.signedOut.push(JSON.stringify(reply.body));
  else outcome.postponed += 1;
  return false;
};

export interface Load {
  readonly outcome: Outcome;
  /** Resolves once no request is under way. */
  stop(): Promise<void>;
}

/** Each phone sends its next request after the answer to the last. */
export const startLoad = (phones: readonly Phone[]): Load => {
  let isOver = false;
  const outcome: Outcome = { answered: 0, postponed: 0, signedOut: [], slowestMs: 0, lastAnswers: [] };
  const work = phones.map(async (phone, index) => {
    while (!isOver) {
      const began = performance.now();
      const isAnswered = note(outcome, phone, index, await asked(phone));
      outcome.slowestMs = Math.max(outcome.slowestMs, performance.now() - began);
      if (!isAnswered) await pause(RETRY_AFTER_MS);
    }
  });
  return {
    outcome,
    stop: async () => {
      isOver = true;
      await Promise.all(work);
    },
  };
};

/** Until every phone had an answer that was asked for after now. In milliseconds; the pace of the load is in it. */
export const untilAllAnswer = async ({ outcome }: Load, phones: number, patienceMs: number): Promise<number> => {
  const began = performance.now();
  const isThrough = (): boolean => {
    const since = outcome.lastAnswers.filter((at) => at > began);
    return since.length === phones;
  };
  while (!isThrough()) {
    if (performance.now() - began > patienceMs) throw new Error(`not all phones were answered within ${patienceMs} ms`);
    await pause(10);
  }
  return performance.now() - began;
};

export const signedIn = async (nodes: Nodes, person: Person, count: number): Promise<Phone[]> => {
  const phones: Phone[] = [];
  for (let index = 0; index < count; index += 1) {
    const phone = nodes.phone();
    await phone.signIn(person);
    phones.push(phone);
  }
  return phones;
};

/** Sign out, one after the other, each until it is acknowledged. */
export const endInTheMiddle = async (phones: readonly Phone[]): Promise<void> => {
  for (const phone of phones) {
    while ((await phone.revoke().catch(() => broken)).status !== 200) await pause(RETRY_AFTER_MS);
  }
};
