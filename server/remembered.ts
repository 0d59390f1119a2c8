/** Owns a memory of what was asked about last: a map that never grows past a bound, and forgets what was not asked for longest. */

export class Remembered<Value> {
  readonly #half: number;
  #new = new Map<string, Value>();
  #old = new Map<string, Value>();

  /** Of `most` values, the older half is let go at a time. */
  constructor(most: number) {
    this.#half = most / 2;
  }

  get(key: string): Value | undefined {
    const known = this.#new.get(key);
    if (known !== undefined) return known;
    const older = this.#old.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: string, value: Value): void {
    if (this.#new.size >= this.#half) {
      this.#old = this.#new;
      this.#new = new Map();
    }
    this.#new.set(key, value);
  }

  delete(key: string): void {
    this.#new.delete(key);
    this.#old.delete(key);
  }

  clear(): void {
    this.#new.clear();
    this.#old.clear();
  }
}
