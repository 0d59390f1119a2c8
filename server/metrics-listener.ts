/** Owns where Prometheus asks: a listener of its own, since what it tells is for operators alone. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CurfewError } from './errors.ts';
import { createListener } from './listener.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

export interface MetricsPlace {
  readonly host: string;
  readonly port: number;
}

const answer = (res: ServerResponse, status: number, type: string, text: string): void => {
  res.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  res.end(text);
};

const PLAIN = 'text/plain; charset=utf-8';

const handling =
  (metrics: Metrics, log: Log) =>
  async ({ method = '', url = '' }: IncomingMessage, res: ServerResponse): Promise<void> => {
    if (url.split('?', 1)[0] !== '/metrics') return answer(res, 404, PLAIN, 'Metrics are at /metrics.\n');
    if (method !== 'GET' && method !== 'HEAD') return answer(res, 405, PLAIN, 'Metrics are read with GET.\n');
    try {
      answer(res, 200, metrics.contentType, await metrics.text());
    } catch (error) {
      log.error('the metrics could not be told', { error });
      answer(res, 503, PLAIN, 'The metrics cannot be told right now.\n');
    }
  };

/** Resolves once it listens, to what closes it. Throws `wrong_configuration` where it cannot. */
export const listenForMetrics = async (
  metrics: Metrics,
  { host, port }: MetricsPlace,
  log: Log,
): Promise<() => Promise<void>> => {
  const http = createListener(handling(metrics, log));
  await new Promise<void>((resolve, reject) => {
    http.once('error', (cause: NodeJS.ErrnoException) => {
      const detail = `CURFEW_METRICS_PORT: the metrics cannot be served on ${host}:${port} (${cause.code}); set CURFEW_METRICS_PORT or CURFEW_METRICS_HOST.`;
      reject(new CurfewError('wrong_configuration', { detail, cause }));
    });
    http.listen(port, host, resolve);
  });
  return () =>
    new Promise((resolve) => {
      http.close(() => resolve());
      http.closeAllConnections();
    });
};
