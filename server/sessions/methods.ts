/** Owns what each way to authenticate proves: the level that several reach together, and what is asked for next. All pure. */
import { ACR_VALUES, type Acr, atLeast } from './step-up.ts';
import type { Seconds } from './time.ts';

export type Method = 'password' | 'totp' | 'recovery_code' | 'passkey';

/** One thing that a person has just done. `amr` values are those of RFC 8176. */
export interface Proof {
  readonly method: Method;
  readonly at: Seconds;
  readonly amr: readonly string[];
}

/** What leads to each level, in the order in which it is asked. A passkey verifies its user, so it needs nothing beside it. */
const PATHS: Readonly<Record<Acr, readonly (readonly Method[])[]>> = {
  pwd: [['password'], ['passkey']],
  mfa: [['password', 'totp'], ['password', 'recovery_code'], ['passkey']],
  phr: [['passkey']],
};

type Methods = ReadonlySet<Method>;

const higher = (one: Acr, other: Acr): Acr => (atLeast(one, other) ? one : other);

/** The highest of some levels. */
export const highestOf = (levels: readonly Acr[]): Acr => levels.reduce(higher, 'pwd');

/** The level that these methods reach together, or nothing where they do not sign anyone in. */
const reached = (done: Methods): Acr | undefined =>
  ACR_VALUES.toReversed().find((acr) => PATHS[acr].some((path) => path.every((method) => done.has(method))));

/** The highest level of an account. Recovery codes stand in for a factor, and are none. */
export const highestLevel = (enrolled: Methods): Acr => {
  if (enrolled.has('passkey')) return 'phr';
  return enrolled.has('totp') ? 'mfa' : 'pwd';
};

/** What every sign-in of an account takes: who has set up a second step is always asked for it. */
export const signInLevel = (enrolled: Methods): Acr => (enrolled.has('totp') ? 'mfa' : 'pwd');

/** Any of these leads on towards the level; none where no way that the account has does. */
export const waysOn = (wanted: Acr, done: Methods, enrolled: Methods): readonly Method[] => {
  const ways = PATHS[wanted]
    .filter((path) => path.every((method) => enrolled.has(method) || done.has(method)))
    .flatMap((path) => path.find((method) => !done.has(method)) ?? []);
  return [...new Set(ways)];
};

/** What a sign-in came to. */
export interface Event {
  readonly level: Acr;
  /** RFC 8176: the methods' own values, and `mfa` where more than one factor was shown. */
  readonly amr: readonly string[];
  /** The moment that all of it is at least as young as. */
  readonly at: Seconds;
}

/** The event that these proofs make, by those alone that its level rests on; nothing where they sign nobody in. */
export const eventOf = (proofs: readonly Proof[]): Event | undefined => {
  const done = new Set(proofs.map(({ method }) => method));
  const level = reached(done);
  const path = level && PATHS[level].find((methods) => methods.every((method) => done.has(method)));
  if (!path) return undefined;
  const counted = proofs.filter(({ method }) => path.includes(method));
  const amr = [...new Set([...counted.flatMap((proof) => proof.amr), ...(level === 'pwd' ? [] : ['mfa'])])];
  return { level, amr, at: Math.min(...counted.map(({ at }) => at)) };
};

const METHOD_OF: ReadonlyMap<string, Method> = new Map([
  ['pwd', 'password'],
  ['otp', 'totp'],
  ['user', 'passkey'],
]);

/** What an earlier sign-in proved, read back from what it said of itself. */
export const proofsFrom = (amr: readonly string[], at: Seconds): Proof[] =>
  [...METHOD_OF].flatMap(([value, method]) =>
    amr.includes(value)
      ? [{ method, at, amr: method === 'passkey' ? amr.filter((one) => /^(hwk|swk|user)$/.test(one)) : [value] }]
      : [],
  );

/** What is asked of a sign-in, before it is known who comes. */
export interface Needs {
  /** At the least. */
  readonly acr: Acr;
  /** The highest that the account has: for changing its factors. */
  readonly highest?: boolean;
  /** How old the authentication may be once the app has what it asked for. */
  readonly maxAgeSeconds?: Seconds;
  /** How old an earlier one may be, to count towards this one. */
  readonly priorSeconds?: Seconds;
  /** An essential `acr`: what is told has to be one of these (OpenID Connect Core §5.5.1.1). */
  readonly oneOf?: readonly string[];
  /** `acr_values`: the lowest that would do, where the account can. */
  readonly wish?: Acr;
}

/** The level that this person has to reach, or nothing where that is out of reach. */
export const levelFor = ({ acr, oneOf, wish, ...needs }: Needs, enrolled: Methods): Acr | undefined => {
  const highest = highestLevel(enrolled);
  const least = highestOf([acr, needs.highest ? highest : signInLevel(enrolled)]);
  const hoped = wish !== undefined && atLeast(highest, wish) ? highestOf([least, wish]) : least;
  const level = oneOf ? ACR_VALUES.find((one) => oneOf.includes(one) && atLeast(one, least)) : hoped;
  return level !== undefined && atLeast(highest, level) ? level : undefined;
};

/** What is told of a level: the level itself, or the highest that the app lists and that it reaches too. */
export const toldAs = (level: Acr, oneOf: readonly string[] | undefined): Acr =>
  ACR_VALUES.toReversed().find((one) => atLeast(level, one) && (oneOf?.includes(one) ?? true)) ?? level;

const MARGIN_SECONDS = 60;

/** Whether what was proven then still counts: not so near its end that what follows would be worthless. */
export const stillCounts = (at: Seconds, maxAgeSeconds: Seconds | undefined, now: Seconds): boolean =>
  maxAgeSeconds === undefined || now < at + maxAgeSeconds - Math.min(MARGIN_SECONDS, Math.floor(maxAgeSeconds / 2));
