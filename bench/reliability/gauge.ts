/** Owns what a server process says of its own memory, when it is asked: loaded into it beside its own code. */
export interface Memory {
  /** What a collection leaves: the heap, and the buffers outside it. */
  readonly heldBytes: number;
  readonly rssBytes: number;
}

process.on('message', () => {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send?.({ heldBytes: heapUsed + external, rssBytes: rss } satisfies Memory);
});
// Being asked keeps nobody alive.
process.channel?.unref();
