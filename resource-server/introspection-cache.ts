/** Owns what introspection said, for a while: keyed by the token's digest, one question at a time, bounded, and closed where nothing is known. */
import { hash } from 'node:crypto';
import { type Access, accessOf } from './access.ts';
import type { Clock } from './clock.ts';
import type { Endings } from './endings.ts';
import type { Introspect } from './introspection.ts';
import { createLru, type Lru } from './lru.ts';
import { Refusal, Unavailable } from './refusal.ts';

export interface CacheParts {
  readonly introspect: Introspect;
  readonly endings: Endings;
  readonly clock: Clock;
  /** Tokens that are kept, of either kind. */
  readonly most: number;
  /** How long a refusal is remembered. */
  readonly inactiveSeconds: number;
  /** How much longer an answer may be used while the server cannot be asked; 0: not at all. */
  readonly outageSeconds: number;
  readonly onProblem: (problem: unknown) => void;
}

interface Answer {
  readonly access: Access;
  readonly askedAtMs: number;
}

/** Everything that changes while a question is under way is told by the next; more than this many is no answer. */
const MOST_QUESTIONS = 3;

const inactive = (): Refusal => new Refusal('invalid_token', { detail: 'the access token is not active' });

export class IntrospectionCache {
  readonly #parts: CacheParts;
  // Of two kinds, so that a flood of invented tokens displaces no good one.
  readonly #answers: Lru<Answer>;
  readonly #refusals: Lru<number>;
  readonly #pending = new Map<string, Promise<Access>>();

  constructor(parts: CacheParts) {
    this.#parts = parts;
    this.#answers = createLru(parts.most);
    this.#refusals = createLru(parts.most);
  }

  /** What an active token grants. Throws `invalid_token`, or `Unavailable`. */
  async check(token: string): Promise<Access> {
    const { endings, clock, inactiveSeconds } = this.#parts;
    const key = hash('sha256', token, 'base64url');
    const kept = this.#answers.get(key);
    if (kept && endings.isEnded(kept.access)) {
      this.#answers.delete(key);
      throw inactive();
    }
    if (kept && this.#isUsable(kept, 0)) return kept.access;
    const refusedAtMs = this.#refusals.get(key);
    if (refusedAtMs !== undefined && clock.nowMs() < refusedAtMs + inactiveSeconds * 1000) throw inactive();
    const underWay = this.#pending.get(key) ?? this.#askOrMakeDo(key, token).finally(() => this.#pending.delete(key));
    this.#pending.set(key, underWay);
    return underWay;
  }

  /** As long as usual, and so much longer; never past the token's own end, or past what was heard since. */
  #isUsable({ access, askedAtMs }: Answer, longerSeconds: number): boolean {
    const { endings, clock } = this.#parts;
    const nowMs = clock.nowMs();
    const until = askedAtMs + (endings.cacheSeconds() + longerSeconds) * 1000;
    return nowMs < until && nowMs < access.expiresAt * 1000 && !endings.outdates(access, askedAtMs);
  }

  async #askOrMakeDo(key: string, token: string): Promise<Access> {
    try {
      return await this.#ask(key, token);
    } catch (error) {
      const kept = error instanceof Unavailable ? this.#answers.get(key) : undefined;
      if (!kept || !this.#isUsable(kept, this.#parts.outageSeconds)) throw error;
      this.#parts.onProblem(error);
      return kept.access;
    }
  }

  async #ask(key: string, token: string): Promise<Access> {
    const { endings, clock } = this.#parts;
    for (let question = 0; question < MOST_QUESTIONS; question += 1) {
      const answer = await this.#askOnce(key, token);
      if (endings.isEnded(answer.access) || answer.access.expiresAt <= clock.now()) throw inactive();
      if (endings.outdates(answer.access, answer.askedAtMs)) continue;
      this.#answers.set(key, answer);
      return answer.access;
    }
    throw new Unavailable('events about this token came faster than answers');
  }

  async #askOnce(key: string, token: string): Promise<Answer> {
    const { introspect, clock } = this.#parts;
    const askedAtMs = clock.nowMs();
    const claims = await introspect(token);
    if (claims) return { access: accessOf(claims), askedAtMs };
    this.#answers.delete(key);
    this.#refusals.set(key, clock.nowMs());
    throw inactive();
  }
}
