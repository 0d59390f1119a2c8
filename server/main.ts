/** Owns the process: read the configuration, open the store, listen, and on a signal drain and close. */
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const OLDEST_NODE = 24;

const tooOld = Number(process.versions.node.split('.')[0]) < OLDEST_NODE;
if (tooOld) {
  console.error(
    `Curfew needs Node ${OLDEST_NODE} or newer, and this is ${process.versions.node}: start it with "npm start", which brings its own.`,
  );
  process.exit(1);
}

const { assemble } = await import('./app.ts');
const { loadConfig, configWarnings } = await import('./config.ts');
const { CurfewError } = await import('./errors.ts');
const { createListener } = await import('./listener.ts');
const { createLog } = await import('./log.ts');
const { answersFirst } = await import('./thread-priority.ts');
const { welcome } = await import('./welcome.ts');

/** Requests under way get this long once the process was asked to stop. */
const DRAIN_MS = 10_000;
const CLOSE_IDLE_EVERY_MS = 50;

const listen = (http: HttpServer, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, resolve);
  });

const stopOn = (http: HttpServer, server: Awaited<ReturnType<typeof assemble>>, drainSeconds: number): void => {
  const leave = (): void => {
    const late = setTimeout(() => http.closeAllConnections(), DRAIN_MS);
    // A connection is kept alive after its last answer too: each is closed once nothing is under way on it.
    const idle = setInterval(() => http.closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
    http.close(() => {
      clearTimeout(late);
      clearInterval(idle);
      void server.close().then(() => process.exit(0));
    });
    http.closeIdleConnections();
  };
  const stop = (): void => {
    server.drain();
    if (drainSeconds === 0) leave();
    else setTimeout(leave, drainSeconds * 1000);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
};

const start = async (): Promise<void> => {
  const config = await loadConfig();
  const log = createLog({ level: config.logLevel });
  const server = await assemble({ config }, { log });
  const lines = await welcome(config, server);
  for (const warning of configWarnings(config)) log.warn(warning);
  const http = createListener(server.callback());
  stopOn(http, server, config.drainSeconds);
  await answersFirst();
  await listen(http, config.port, config.host);
  const { port } = http.address() as AddressInfo;
  console.log(lines.join('\n') || `Curfew listens on ${config.host}:${port} for ${config.issuer}.`);
};

/** Why the process cannot listen, and what to change. */
const CANNOT_LISTEN: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there. Set CURFEW_PORT.',
  EACCES: 'this process may not listen there. Set CURFEW_PORT.',
  EADDRNOTAVAIL: 'this machine has no such address. Set CURFEW_HOST.',
  ENOTFOUND: 'this name has no address. Set CURFEW_HOST.',
};

/** What an operator can do something about is said in its own words; anything else with its stack. */
const sentence = (error: unknown): unknown => {
  if (error instanceof CurfewError) return error.detail ?? error.message;
  const { code = '', message, syscall = '' } = error as NodeJS.ErrnoException;
  const advice = ['listen', 'getaddrinfo'].includes(syscall) ? CANNOT_LISTEN[code] : undefined;
  return advice === undefined ? error : `${message}: ${advice}`;
};

start().catch((error: unknown) => {
  console.error(sentence(error));
  process.exit(1);
});
