/** Owns whether everything was heard: holes in the sequence, silence, a stream that is paused. */
import type { Clock } from '../clock.ts';

export interface SyncStatus {
  /** Every ending up to `heardUntil` took effect here. */
  readonly inSync: boolean;
  readonly because: 'starting' | 'silent' | 'paused' | 'missing_events' | undefined;
  /** Milliseconds since 1970: the newest moment of which is proven that all before it was heard. */
  readonly heardUntil: number | undefined;
  /** How long ago that is: an ending may be unheard for so long. */
  readonly lagSeconds: number | undefined;
  /** From its happening to its effect here, of the last event. */
  readonly lastDelaySeconds: number | undefined;
  /** Seconds since 1970: tokens that were issued up to then, this process cannot vouch for. */
  readonly vouchesFrom: number;
  /** Numbers of events that have not come. */
  readonly missing: readonly number[];
}

/** More holes than these are one big one. */
const MOST_HOLES = 1000;

export class Sync {
  readonly #clock: Clock;
  readonly #silenceMs: number;
  readonly #longestTokenSeconds: number;
  #heardUntil: number | undefined;
  /** The first proof, by the server's clock: of what was before, only this stream's predecessors knew. */
  #began: number | undefined;
  #lostAt = -1;
  #doubtsUntilMs = -1;
  #isPaused = false;
  #next: number | undefined;
  #lastDelaySeconds: number | undefined;
  /** The numbers that are missing, each with the moment at which that showed, by the server's clock. */
  readonly #holes = new Map<number, number>();

  constructor(clock: Clock, silenceSeconds: number, longestTokenSeconds: number) {
    this.#clock = clock;
    this.#silenceMs = silenceSeconds * 1000;
    this.#longestTokenSeconds = longestTokenSeconds;
  }

  /** An event came that had not come before. */
  heard(seq: number | undefined, issuedAt: number): void {
    if (seq === undefined || this.#holes.delete(seq)) return;
    const next = this.#next ?? seq;
    // Another event under a number that was passed: the server's store was restored, or the stream began anew.
    if (seq < next) this.#lose(issuedAt);
    if (seq > next) this.#skip(next, seq, issuedAt);
    this.#next = seq + 1;
  }

  delayed(seconds: number): void {
    this.#lastDelaySeconds = Math.max(0, seconds);
  }

  /** All that happened before `askedAtMs` has come; `issuedAt` is a moment after it, by the server's clock. */
  proven(askedAtMs: number, issuedAt: number): void {
    this.#heardUntil = Math.max(this.#heardUntil ?? 0, askedAtMs);
    this.#began ??= issuedAt;
  }

  paused(isPaused: boolean): void {
    this.#isPaused = isPaused;
  }

  /** The stream is another one than before: nothing is known until the next proof. */
  restarted(): void {
    this.#doubtsUntilMs = this.#clock.nowMs();
    this.#heardUntil = undefined;
    this.#began = undefined;
    this.#next = undefined;
    this.#holes.clear();
  }

  /** Heard of late, and the stream is not paused. */
  isHeard(): boolean {
    return this.#silence() === undefined;
  }

  /** Seconds since 1970: tokens that were issued up to then, nobody here can vouch for. */
  vouchesFrom(): number {
    const now = this.#clock.now();
    const holes = this.#missing().map((seq) => this.#holes.get(seq) ?? 0);
    return Math.max(now - this.#longestTokenSeconds, this.#began ?? now, this.#lostAt, ...holes);
  }

  /** By this process's clock: when it last turned out that something was missed. */
  doubtsUntilMs(): number {
    return this.#doubtsUntilMs;
  }

  status(): SyncStatus {
    const heardUntil = this.#heardUntil;
    const isMissing = this.#missing().length > 0 || (this.#lostAt >= 0 && !this.#isHealed(this.#lostAt));
    const because = this.#silence() ?? (isMissing ? 'missing_events' : undefined);
    return {
      inSync: because === undefined,
      because,
      heardUntil,
      lagSeconds: heardUntil === undefined ? undefined : (this.#clock.nowMs() - heardUntil) / 1000,
      lastDelaySeconds: this.#lastDelaySeconds,
      vouchesFrom: this.vouchesFrom(),
      missing: this.#missing(),
    };
  }

  #silence(): 'starting' | 'paused' | 'silent' | undefined {
    if (this.#heardUntil === undefined) return 'starting';
    if (this.#isPaused) return 'paused';
    return this.#clock.nowMs() - this.#heardUntil > this.#silenceMs ? 'silent' : undefined;
  }

  /** An event that never comes matters no more once every token of before has run out. */
  #isHealed(at: number): boolean {
    return at + this.#longestTokenSeconds < this.#clock.now();
  }

  #missing(): readonly number[] {
    for (const [seq, at] of this.#holes) if (this.#isHealed(at)) this.#holes.delete(seq);
    return [...this.#holes.keys()];
  }

  #lose(at: number): void {
    this.#doubtsUntilMs = this.#clock.nowMs();
    this.#lostAt = Math.max(this.#lostAt, at);
    this.#holes.clear();
  }

  #skip(from: number, to: number, at: number): void {
    if (to - from > MOST_HOLES) {
      this.#lose(at);
      return;
    }
    this.#doubtsUntilMs = this.#clock.nowMs();
    for (let seq = from; seq < to; seq += 1) this.#holes.set(seq, at);
  }
}
