/** Owns a model of one refresh token family and of those who hold its tokens, for the properties that must always hold. */
import type { DeviceSession } from '../../server/sessions/device-session.ts';
import {
  afterUse,
  afterVerdict,
  issueEpoch,
  judge,
  reportsSharing,
  type Verdict,
} from '../../server/sessions/family.ts';
import { type Lifetimes, PROFILES } from '../../server/sessions/policy.ts';
import { refreshTokenText } from '../../server/sessions/refresh-token.ts';
import { deviceSession, head, NOW } from '../contract/samples.ts';

const KEY = { id: 'k', key: Buffer.alloc(32, 1) };

/** A request whose session was read, and whose work is not committed yet. */
export interface InFlight {
  readonly generation: number;
  readonly redeemer: string;
  readonly verdict: Verdict;
  readonly epoch: number;
}

interface Answer {
  readonly kind: Verdict['kind'];
  /** What a client gets: a refresh token of this generation, and an access token of this place. */
  readonly place?: { readonly generation: number; readonly epoch: number };
}

/** One family in a store of one document: what a request reads and what it commits are two steps. */
export class Family {
  session: DeviceSession = deviceSession({ head: { ...head(0) } });
  now = NOW;
  shared = 0;
  readonly texts = new Map<number, Set<string>>([[0, new Set([this.text(0)])]]);
  readonly lifetimes: Lifetimes;
  constructor(lifetimes: Lifetimes = PROFILES.standard) {
    this.lifetimes = lifetimes;
  }

  get head() {
    if (!this.session.head) throw new Error('a family has a head');
    return this.session.head;
  }

  text(generation: number): string {
    return refreshTokenText(KEY, 'salt', 'sid-of-the-one-session', generation);
  }

  read(generation: number, redeemer = 'me'): InFlight {
    const verdict = judge(this.session, { generation, redeemer }, this.lifetimes, this.now);
    const epoch = { rotated: 0, healed: 0, retried_late: issueEpoch(this.head) + 1 }[verdict.kind as 'rotated'];
    return { generation, redeemer, verdict, epoch: epoch ?? issueEpoch(this.head) };
  }

  commit({ generation, redeemer, verdict, epoch }: InFlight): Answer {
    if (!('issue' in verdict)) return { kind: verdict.kind };
    const { now, lifetimes } = this;
    const presented = { generation, redeemer };
    const after = afterVerdict(this.session, { presented, opaque: true, now, lifetimes, epoch });
    if ('kind' in after) {
      if (after.kind === 'over' || verdict.kind === 'retried_late') return { kind: after.kind };
    } else {
      if (reportsSharing(this.session, after)) this.shared += 1;
      this.session = after;
    }
    this.texts.set(verdict.issue, (this.texts.get(verdict.issue) ?? new Set()).add(this.text(verdict.issue)));
    return { kind: verdict.kind, place: { generation: verdict.issue, epoch } };
  }

  redeem(generation: number, redeemer?: string): Answer {
    return this.commit(this.read(generation, redeemer));
  }

  use(place: Answer['place']): void {
    this.session = afterUse(this.session, place, this.lifetimes, this.now) ?? this.session;
  }
}

/** Someone who holds the family's token, and keeps what it is given. */
export class Holder {
  generation = 0;
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  /** Refreshes, and uses what came. */
  turn(family: Family, after: number, uses = true): Verdict['kind'] {
    family.now += after;
    const { kind, place } = family.redeem(this.generation, this.name);
    if (place) this.generation = place.generation;
    if (place && uses) family.use(place);
    return kind;
  }
}
