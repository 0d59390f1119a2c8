/** Owns the settings of what operators read: rows of the table in config-settings.ts. */
import { text, whole } from './config-types.ts';

export const METRICS_SETTINGS = {
  metricsPort: {
    name: 'CURFEW_METRICS_PORT',
    type: whole(1, 65_535).optional(),
    read: (value: string) => (/^\d+$/.test(value) ? Number(value) : value),
    unit: 'port',
    doc: 'The port that /metrics is served on, as text for Prometheus: never the port of the apps. Without it nothing is measured.',
  },
  metricsHost: {
    name: 'CURFEW_METRICS_HOST',
    type: text('an IP address or a host name of this machine').optional(),
    default: '127.0.0.1',
    read: (value: string) => value,
    unit: 'address',
    doc: 'Where /metrics is served. It asks for no password: leave it to this machine, or to a network of operators.',
  },
} as const;
