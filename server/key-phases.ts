/** Owns what becomes of a signing key over time: published before it signs, kept until nothing needs it. All pure. */
import type { Config } from './config.ts';
import type { SigningKeyRecord } from './keys.ts';
import type { Seconds } from './sessions/time.ts';

/** The first one signs where a client did not ask for another. */
export const ALGORITHMS = ['ES256', 'RS256'] as const satisfies readonly SigningKeyRecord['alg'][];

/**
 * `next`: published, signs later. `signing`. `retired`: published until the last token that it signed is over.
 * `hints`: no longer published; it only opens an `id_token_hint`, which may be expired.
 */
export type KeyPhase = 'next' | 'signing' | 'retired' | 'hints';

export interface KeptKey {
  readonly record: SigningKeyRecord;
  readonly phase: KeyPhase;
  /** When the next one began to sign, and until when this one is published; of a key that was superseded. */
  readonly supersededAt?: Seconds;
  readonly publishedUntil?: Seconds;
}

export interface KeyLifetimes {
  /** The longest life of a token that is signed. */
  readonly tokenSeconds: Seconds;
  /** How long an app may come back with an ID token as a hint. */
  readonly hintSeconds: Seconds;
}

export const ID_TOKEN_SECONDS = 60 * 60;
/** A server takes up a change within a round of its background, and its clock may differ a little. */
const MARGIN_SECONDS = 5 * 60;

/** An app that does not refresh for longer than its idle time has no session left to hint at. */
export const keyLifetimes = ({ clients }: Config): KeyLifetimes => ({
  tokenSeconds: Math.max(ID_TOKEN_SECONDS, ...clients.map(({ lifetimes }) => lifetimes.accessTokenSeconds)),
  hintSeconds: Math.max(ID_TOKEN_SECONDS, ...clients.map(({ lifetimes }) => lifetimes.idleSeconds)),
});

const superseded = (
  record: SigningKeyRecord,
  supersededAt: Seconds,
  { tokenSeconds, hintSeconds }: KeyLifetimes,
  now: Seconds,
): KeptKey | undefined => {
  const publishedUntil = supersededAt + tokenSeconds + MARGIN_SECONDS;
  if (now < publishedUntil) return { record, phase: 'retired', supersededAt, publishedUntil };
  const isKept = now < supersededAt + Math.max(tokenSeconds, hintSeconds) + MARGIN_SECONDS;
  return isKept ? { record, phase: 'hints', supersededAt, publishedUntil } : undefined;
};

const ofOneAlgorithm = (records: readonly SigningKeyRecord[], lifetimes: KeyLifetimes, now: Seconds): KeptKey[] => {
  const ordered = records.toSorted((a, b) => a.signsFrom - b.signsFrom);
  // Something has to sign, also where another machine's clock is ahead of this one.
  const signing = Math.max(
    0,
    ordered.findLastIndex(({ signsFrom }) => signsFrom <= now),
  );
  const older = ordered
    .slice(0, signing)
    .map((record, index) => superseded(record, ordered[index + 1]?.signsFrom ?? now, lifetimes, now));
  return [
    ...ordered.slice(signing, signing + 1).map((record) => ({ record, phase: 'signing' as const })),
    ...older.filter((key) => key !== undefined).toReversed(),
    ...ordered.slice(signing + 1).map((record) => ({ record, phase: 'next' as const })),
  ];
};

/** Those that are still needed, by algorithm; of each the one that signs comes first, where the protocol library takes it. */
export const keptKeys = (
  records: readonly SigningKeyRecord[],
  lifetimes: KeyLifetimes,
  now: Seconds,
): readonly KeptKey[] =>
  ALGORITHMS.flatMap((alg) =>
    ofOneAlgorithm(
      records.filter((record) => record.alg === alg),
      lifetimes,
      now,
    ),
  );
