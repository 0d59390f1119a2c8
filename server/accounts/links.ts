/** Owns the links that are mailed: 256 bits, single-use, with an end, and worth nothing to whoever reads the database. */
import { createHmac } from 'node:crypto';
import type { ArtifactStore } from '../sessions/store.ts';
import type { Clock, Seconds } from '../sessions/time.ts';

/** How long each lasts. */
export const LINK_SECONDS = {
  reset_link: 30 * 60,
  not_me_link: 7 * 24 * 60 * 60,
} as const satisfies Readonly<Record<string, Seconds>>;

export type LinkKind = keyof typeof LINK_SECONDS;

/** What a link is about. */
export interface LinkFacts {
  readonly accountId: string;
  /** The account's number of endings of many when the link was made: a later password makes an older reset worthless. */
  readonly epoch: number;
  readonly sid?: string;
  readonly deviceId?: string;
  /** What the mail told of, for the page that the link leads to. */
  readonly about?: { readonly kind: string; readonly at: Seconds; readonly device?: string; readonly app?: string };
}

export interface Links {
  /**
   * Computed, not drawn: a mail that is sent again bears the same link. `from` names what it is made for, such as the
   * event that is told of; its time is counted from `at`, or from now. Resolves to the token for the address.
   */
  issue(kind: LinkKind, facts: LinkFacts, from: string, at?: Seconds): Promise<string>;
  /** Undefined where it was used, has run out, or never was. Changes nothing. */
  look(kind: LinkKind, token: string): Promise<LinkFacts | undefined>;
  /** Of any number of callers with one link, one gets the facts. */
  use(kind: LinkKind, token: string): Promise<LinkFacts | undefined>;
}

interface Parts {
  readonly artifacts: ArtifactStore;
  /** 32 bytes, for this alone. */
  readonly key: Buffer;
  readonly clock: Clock;
}

const TOKEN = /^[A-Za-z0-9_-]{43}$/u;

/** All throw what the store throws. */
export const createLinks = ({ artifacts, key, clock }: Parts): Links => {
  const look: Links['look'] = async (kind, token) => {
    if (!TOKEN.test(token)) return undefined;
    const found = await artifacts.find({ kind, id: token }, clock.now());
    return found && !found.spent ? (found.payload as unknown as LinkFacts) : undefined;
  };
  return {
    async issue(kind, facts, from, at = clock.now()) {
      const id = createHmac('sha256', key)
        .update(JSON.stringify([kind, facts.accountId, from]))
        .digest('base64url');
      // One that is there already stays as it is: used, where it was used.
      await artifacts.insert({ kind, id, payload: { ...facts }, expiresAt: at + LINK_SECONDS[kind] });
      return id;
    },
    look,
    async use(kind, token) {
      const facts = await look(kind, token);
      if (!facts) return undefined;
      return (await artifacts.spend({ kind, id: token }, clock.now(), clock.nowMs())) ? facts : undefined;
    },
  };
};
