/** Owns what a receiver's answer means, and how long is waited before the next try. All pure. */
import type { Milliseconds } from '../sessions/time.ts';
import type { Reply } from './post.ts';
import type { StreamKind, Trouble } from './stream.ts';

/** `refused`: the receiver wants none of this token. `failed`: it may take it another time. */
export type Verdict =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'failed'; readonly error: string };

const SHOWN_MOST = 200;

/** Strangers write it, and operators read it. */
const plain = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, SHOWN_MOST);

/** RFC 8935 §2.3, or OIDC Back-Channel Logout §2.6, where it has such a member. */
const saidIn = (body: string): string => {
  try {
    const { err, error, description, error_description: more } = JSON.parse(body) as Record<string, unknown>;
    return [err ?? error, description ?? more].filter((part) => typeof part === 'string').join(': ');
  } catch {
    return '';
  }
};

/** RFC 8935 §2.2: 202; OIDC Back-Channel Logout §2.8: 200, and 204 is wide-spread. A redirect is no answer. */
export const verdictOn = ({ status, body }: Reply): Verdict => {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  const said = saidIn(body);
  const error = plain(`the receiver answered ${status}${said === '' ? '' : ` (${said})`}`);
  return { kind: status === 400 ? 'refused' : 'failed', error };
};

export const failureOf = (error: unknown): Verdict => {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const text = name === 'TimeoutError' ? 'the receiver did not answer in time' : message;
  return { kind: 'failed', error: plain(text) };
};

/** A refusal may be a slip of the receiver's; a logout is commonly refused for a session that it has forgotten. */
const REFUSALS_UNTIL_DEAD: Readonly<Record<StreamKind, number>> = { ssf: 3, logout: 1 };

export const isDead = (kind: StreamKind, { refusals }: Pick<Trouble, 'refusals'>): boolean =>
  refusals >= REFUSALS_UNTIL_DEAD[kind];

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 5 * 60 * 1000;

/** One second, doubling to five minutes, less up to half of it: receivers that failed together are not tried together. */
const pauseMs = (tries: number, random: () => number = Math.random): Milliseconds => {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries - 1, 20));
  return Math.round(longest * (1 - random() / 2));
};

/** The stream's trouble after one more failed try. */
export const troubleAfter = (
  before: Trouble | undefined,
  { kind, error }: { readonly kind: 'refused' | 'failed'; readonly error: string },
  nowMs: Milliseconds,
): Trouble => {
  const tries = (before?.tries ?? 0) + 1;
  return {
    since: before?.since ?? Math.floor(nowMs / 1000),
    tries,
    refusals: (before?.refusals ?? 0) + (kind === 'refused' ? 1 : 0),
    nextTryMs: nowMs + pauseMs(tries),
    error,
  };
};
