/** Owns a world whose server is mounted in an app, below a path or at the root, with the app's own users. */
import { mkdtemp } from 'node:fs/promises';
import { createServer as createHttpServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble } from '../../server/app.ts';
import { createLog } from '../../server/log.ts';
import { turningClock } from './clock.ts';
import { HostUsers } from './host-users.ts';
import type { Host } from './hosts.ts';
import { standardConfig, World } from './world.ts';

interface Line {
  readonly url: string | undefined;
  readonly host: string | undefined;
  readonly forwardedFor: unknown;
  readonly status: number;
}

export interface Mounted {
  readonly world: World;
  readonly users: HostUsers;
  /** Where the app is. */
  readonly origin: string;
  /** The app's own access log. */
  readonly lines: readonly Line[];
}

export interface MountedOptions {
  readonly prefix?: string;
  readonly parserFirst?: boolean;
}

export const openMounted = async (
  host: Host,
  { prefix = '/auth-server', parserFirst = false }: MountedOptions = {},
): Promise<Mounted> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'curfew-mounted-'));
  const http = createHttpServer();
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const issuer = `${origin}${prefix}`;
  const users = new HostUsers();
  const logged: string[] = [];
  const lines: Line[] = [];
  const log = createLog({ level: 'debug', write: (line) => logged.push(line) });
  const config = { issuer, dataDir, ...standardConfig };
  const server = await assemble({ config, accounts: users, clock: turningClock }, { log });
  await host.start({
    http,
    handle: server.callback(),
    parserFirst,
    log: ({ url, originalUrl, headers }, status) =>
      lines.push({ url: originalUrl ?? url, host: headers.host, forwardedFor: headers['x-forwarded-for'], status }),
  });
  return { world: new World(server, http, issuer, dataDir, logged), users, origin, lines };
};

export interface RawReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request as it is: `fetch` chooses the host header, and rewrites the target. */
export const rawRequest = (
  origin: string,
  target: string,
  { method = 'GET', headers = {}, body = '' } = {},
): Promise<RawReply> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const sent = request({ hostname, port, path: target, method, headers, agent: false }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() });
    });
    sent.on('error', reject);
    sent.end(body);
  });
