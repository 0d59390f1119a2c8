/** Owns a map that keeps what was used last, and never more than so much. */

export interface Lru<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  delete(key: string): void;
  readonly size: number;
}

export const createLru = <V>(most: number): Lru<V> => {
  const rows = new Map<string, V>();
  return {
    get(key) {
      const value = rows.get(key);
      if (value === undefined) return undefined;
      rows.delete(key);
      rows.set(key, value);
      return value;
    },
    set(key, value) {
      rows.delete(key);
      rows.set(key, value);
      if (rows.size > most) rows.delete(rows.keys().next().value as string);
    },
    delete: (key) => void rows.delete(key),
    get size() {
      return rows.size;
    },
  };
};
