/** Owns one stream of the transmitter: its tokens until they are acknowledged, for a poll that waits, or pushed. */

export interface StreamConfig {
  readonly description?: string;
  readonly events_requested?: readonly string[];
  readonly delivery: {
    readonly method: string;
    readonly endpoint_url?: string;
    readonly authorization_header?: string;
  };
}

export class Stream {
  readonly id: string;
  config: StreamConfig;
  /** By `jti`, in order. */
  readonly waiting = new Map<string, string>();
  /** What the receiver answered to each push. */
  readonly receipts: number[] = [];
  #seq = 0;
  readonly #listeners = new Set<() => void>();

  constructor(id: string, config: StreamConfig) {
    this.id = id;
    this.config = config;
  }

  nextSeq(): number {
    this.#seq += 1;
    return this.#seq;
  }

  /** As after the store was restored. */
  backTo(seq: number): void {
    this.#seq = seq;
  }

  add(jti: string, token: string): void {
    this.waiting.set(jti, token);
    for (const listener of this.#listeners) listener();
    if (this.config.delivery.method === 'urn:ietf:rfc:8935') void this.#push(jti, token);
  }

  /** Resolves when there is something, or nobody waits any more. */
  some(signal: AbortSignal): Promise<void> {
    if (this.waiting.size > 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#listeners.delete(done);
        resolve();
      };
      this.#listeners.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  close(): void {
    for (const listener of this.#listeners) listener();
  }

  async #push(jti: string, token: string): Promise<void> {
    const { endpoint_url: url = '', authorization_header: authorization = '' } = this.config.delivery;
    const headers = { 'content-type': 'application/secevent+jwt', authorization };
    const response = await fetch(url, { method: 'POST', headers, body: token });
    this.receipts.push(response.status);
    if (response.status === 202) this.waiting.delete(jti);
  }
}
