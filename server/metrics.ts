/** Owns what is counted and timed, and how Prometheus reads it. The only file that knows prom-client. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { NewEvent } from './events.ts';
import type { Gauges } from './gauges.ts';

/** Where parts of the server tell what they did. No label is an id, or anything else that a client chooses. */
export interface Measures {
  request(route: string, method: string, status: number, seconds: number): void;
  storeOperation(operation: string, seconds: number, failed: boolean): void;
  event(event: NewEvent): void;
  /** A refresh token was redeemed in its turn: the one verdict that is no event. */
  rotated(): void;
  /** A mail was taken, or given up. */
  mail(kind: string, outcome: 'sent' | 'failed'): void;
}

export interface Metrics extends Measures {
  readonly contentType: string;
  /** Prometheus' text format. */
  text(): Promise<string>;
}

const FAST = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const SLOW = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const VERDICT = /^refresh_(.+)$/;

/** HTTP knows more methods than a label should. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'PUT', 'PATCH']);

const instruments = (registers: Registry[]) => ({
  verdicts: new Counter({
    name: 'curfew_refresh_verdicts_total',
    help: 'Redemptions of refresh tokens, by what was judged of them.',
    labelNames: ['verdict'],
    registers,
  }),
  endings: new Counter({
    name: 'curfew_sessions_ended_total',
    help: 'Sessions that ended, by reason; kind tells those of devices from those of browsers.',
    labelNames: ['reason', 'kind'],
    registers,
  }),
  events: new Counter({
    name: 'curfew_events_total',
    help: 'Events that were written down, by type.',
    labelNames: ['type'],
    registers,
  }),
  requests: new Histogram({
    name: 'curfew_http_request_duration_seconds',
    help: 'Requests, until their answer was ready.',
    labelNames: ['route', 'method', 'status'],
    buckets: SLOW,
    registers,
  }),
  operations: new Histogram({
    name: 'curfew_store_operation_duration_seconds',
    help: 'Operations of the store, whether they failed or not.',
    labelNames: ['operation'],
    buckets: FAST,
    registers,
  }),
  mails: new Counter({
    name: 'curfew_mails_total',
    help: 'Mails that were taken by whoever sends them, or given up, by what they are about.',
    labelNames: ['kind', 'outcome'],
    registers,
  }),
  failures: new Counter({
    name: 'curfew_store_failures_total',
    help: 'Operations of the store that failed, or took longer than storeTimeoutSeconds.',
    labelNames: ['operation'],
    registers,
  }),
});

/** Asked for when somebody reads; what cannot be told now is left out, and curfew_store_up says why. */
const registerGauges = (gauges: Gauges, registers: Registry[]): void => {
  for (const { read, ...described } of gauges) {
    new Gauge({
      ...described,
      registers,
      async collect() {
        this.reset();
        // One without labels stands at 0 then, which would be a lie.
        if (described.labelNames.length === 0) this.remove();
        for (const { labels, value } of await read().catch(() => [])) this.set(labels, value);
      },
    });
  }
};

export const createMetrics = (gauges: Gauges): Metrics => {
  const registry = new Registry();
  const { verdicts, endings, events, requests, operations, mails, failures } = instruments([registry]);
  registerGauges(gauges, [registry]);
  collectDefaultMetrics({ register: registry });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    request: (route, method, status, seconds) =>
      requests.observe({ route, method: METHODS.has(method) ? method : 'other', status }, seconds),
    storeOperation(operation, seconds, failed) {
      operations.observe({ operation }, seconds);
      if (failed) failures.inc({ operation });
    },
    event({ type, sid, data }) {
      events.inc({ type });
      const verdict = VERDICT.exec(type)?.[1];
      if (verdict !== undefined) verdicts.inc({ verdict });
      if (type !== 'session_ended') return;
      const reason = String(data?.['reason']);
      endings.inc({ reason, kind: sid === undefined ? 'browser' : 'device' });
      if (reason === 'reuse') verdicts.inc({ verdict: 'reuse' });
    },
    rotated: () => verdicts.inc({ verdict: 'rotated' }),
    mail: (kind, outcome) => mails.inc({ kind, outcome }),
  };
};
