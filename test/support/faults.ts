/** Owns the faults that a test plants: in every hook of the protocol library's configuration, and in every method of the store. */
import type { Configuration } from 'oidc-provider';
import type { Store } from '../../server/store.ts';

type Callable = (...given: unknown[]) => unknown;

/** What happens in the place of a call; `run` makes the call. */
export type Fault = (run: () => unknown) => unknown;

/** What http-errors makes, and what many HTTP clients throw: an error that looks like an answer. */
const errorOfAnHttpLibrary = () =>
  Object.assign(new Error('invalid_grant'), { status: 400, statusCode: 400, expose: true });

export const FAULTS = {
  'throws at once': () => {
    throw new Error('planted');
  },
  'rejects later': () => new Promise((_resolve, reject) => setImmediate(() => reject(new Error('planted')))),
  'throws the error of an HTTP library': () => {
    throw errorOfAnHttpLibrary();
  },
  'throws an error with a status code': () => {
    throw Object.assign(new Error('planted'), { statusCode: 404 });
  },
} as const satisfies Record<string, Fault>;

/** Never answers. */
export const HANGS: Fault = () => new Promise(() => undefined);

/** Does what was asked, and then says that it could not. */
export const SUCCEEDS_BUT_SAYS_NO: Fault = async (run) => {
  await run();
  throw new Error('planted: the answer was lost');
};

/** What a hook returns and the library calls later. */
const RETURNS: Readonly<Record<string, (given: readonly unknown[]) => string>> = {
  adapter: ([model]) => `adapter ${String(model)}`,
  findAccount: () => 'the account of findAccount',
};

/** What runs beside the requests, streams and mails, reads whenever it likes: it is on nobody's way. Its faults have tests of their own. */
const BESIDE = /^store\.(streams|outboxes|events\.(after|latest)$)/;

export class Faults {
  /** What was called since the last `forget`. */
  readonly reached = new Set<string>();
  /** How often the planted fault happened. */
  happened = 0;
  #planted: { readonly name: string; readonly fault: Fault } | undefined;

  plant(name: string, fault: Fault): void {
    this.happened = 0;
    this.#planted = { name, fault };
  }

  remove(): void {
    this.#planted = undefined;
  }

  /** What `work` calls. */
  async reachedBy(work: () => Promise<unknown>): Promise<string[]> {
    this.reached.clear();
    await work();
    return [...this.reached].filter((name) => !BESIDE.test(name));
  }

  /** For `wrapStore`. */
  readonly wrapStore = ({ close, ...store }: Store): Store => ({ ...this.#wrapAll(store, 'store'), close }) as Store;

  /** For `tamper`. */
  readonly tamper = (configuration: Configuration): Configuration => this.#wrapAll(configuration, '') as Configuration;

  #wrapAll(object: object, path: string): object {
    // In place where the library looks at what kind of object it is: prompts and checks are instances of its classes.
    const into = [Object.prototype, null].includes(Object.getPrototypeOf(object)) ? { ...object } : object;
    for (const [key, member] of Object.entries(object)) {
      const name = path === '' ? key : `${path}.${nameOf(member) ?? key}`;
      if (typeof member === 'function') Object.assign(into, { [key]: this.#wrap(name, member as Callable) });
      else if (isContainer(member)) Object.assign(into, { [key]: this.#wrapAll(member, name) });
    }
    return into;
  }

  #wrap(name: string, called: Callable): Callable {
    return new Proxy(called, {
      apply: (target, self, given) => {
        // Asked once for each model, whenever the first request needs it.
        if (name !== 'adapter') this.reached.add(name);
        const run = () => this.#wrapResult(name, given, Reflect.apply(target, self, given));
        if (this.#planted?.name !== name) return run();
        this.happened += 1;
        return this.#planted.fault(run);
      },
    });
  }

  #wrapResult(name: string, given: readonly unknown[], result: unknown): unknown {
    const inner = RETURNS[name]?.(given);
    if (inner === undefined) return result;
    if (result instanceof Promise) return result.then((value) => this.#wrapResult(name, given, value));
    return isContainer(result) ? this.#wrapAll(result, inner) : result;
  }
}

const isContainer = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !(value instanceof Set);

/** A prompt by its name and a check by its reason, rather than by its place in a list. */
const nameOf = (member: unknown): string | undefined => {
  const { name, reason } = (isContainer(member) ? member : {}) as { name?: unknown; reason?: unknown };
  return [reason, name].find((known): known is string => typeof known === 'string');
};
