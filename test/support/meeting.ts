/** Owns a store whose readers wait for one another: what races now and then in production races here every time. */
import type { ArtifactKind } from '../../server/sessions/store.ts';
import type { Store } from '../../server/store.ts';

export class Meeting {
  #kind: ArtifactKind | undefined;
  #missing = 0;
  #goOn: Array<() => void> = [];

  /** The next `count` readers of such an artifact have all read it before the first of them goes on. */
  call(kind: ArtifactKind, count: number): void {
    this.#kind = kind;
    this.#missing = count;
  }

  /** For `wrapStore`. */
  readonly wrapStore = (store: Store): Store => ({
    ...store,
    artifacts: {
      ...store.artifacts,
      find: async (ref, now) => {
        const found = await store.artifacts.find(ref, now);
        if (ref.kind === this.#kind && this.#missing > 0) await this.#meet();
        return found;
      },
    },
  });

  #meet(): Promise<void> {
    return new Promise((resolve) => {
      this.#goOn.push(resolve);
      this.#missing -= 1;
      if (this.#missing > 0) return;
      for (const goOn of this.#goOn.splice(0)) goOn();
    });
  }
}
