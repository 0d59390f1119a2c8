/** Owns what operators watch: the metrics and their listener, where a setting asks for them; else nothing. */
import type { Config } from '../config.ts';
import type { Events } from '../events.ts';
import { gaugesOf } from '../gauges.ts';
import type { Log } from '../log.ts';
import { createMetrics, type Measures, type Metrics } from '../metrics.ts';
import { listenForMetrics } from '../metrics-listener.ts';

type Watched = Parameters<typeof gaugesOf>[0] & { readonly events: Events };

export interface Watch {
  /** Nothing until it begins, or where nobody asked. */
  readonly measures: () => Measures | undefined;
  begin(watched: Watched): void;
  /** Resolves to what ends it. Throws `wrong_configuration` where the place is taken. */
  listen(): Promise<() => Promise<void>>;
}

export const createWatch = ({ metricsPort: port, metricsHost: host }: Config, log: Log): Watch => {
  let metrics: Metrics | undefined;
  return {
    measures: () => metrics,
    begin({ events, ...parts }) {
      if (port === undefined) return;
      const begun = createMetrics(gaugesOf(parts));
      events.on('event', (event) => begun.event(event));
      metrics = begun;
    },
    async listen() {
      return port !== undefined && metrics ? await listenForMetrics(metrics, { host, port }, log) : async () => {};
    },
  };
};
