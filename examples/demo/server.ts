/** Owns the demo's own server: a free loopback port, a data directory for the occasion, nothing left behind. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AssembledServer, assemble } from '../../server/app.ts';
import { type Config, resolveConfig } from '../../server/config.ts';

export const API = 'https://api.example.com';
export const REDIRECT = 'com.example.notes:/callback';
/** So short that the demo can wait until it is over; the default is two minutes. */
export const WINDOW_SECONDS = 2;

export const PERSON = { email: 'mia@example.com', name: 'Mia', password: 'a long walk by the sea' };
export const API_SERVER = { id: 'notes-api', secret: 'known-to-the-demo-alone-0123456789' };

export interface DemoServer {
  readonly issuer: string;
  readonly inside: AssembledServer;
  close(): Promise<void>;
  /** Removes the data at once, for a process that is about to exit. */
  discard(): void;
}

const configFor = (issuer: string, dataDir: string): Config =>
  resolveConfig({
    issuer,
    dataDir,
    production: false,
    logLevel: 'silent',
    secrets: ['a-secret-for-the-demo-alone-which-lives-ten-seconds'],
    clients: [
      {
        client_id: 'notes',
        client_name: 'Notes',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: [REDIRECT],
        first_party: true,
        lifetimes: { retryWindowSeconds: WINDOW_SECONDS },
      },
      { client_id: API_SERVER.id, client_secret: API_SERVER.secret, grant_types: [], response_types: [] },
    ],
    resources: { [API]: { scopes: ['notes:read'], introspectedBy: [API_SERVER.id] } },
  });

const listen = (http: HttpServer): Promise<number> =>
  new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(0, '127.0.0.1', () => resolve((http.address() as AddressInfo).port));
  });

export const openServer = async (): Promise<DemoServer> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'curfew-demo-'));
  const http = createHttpServer();
  const issuer = `http://127.0.0.1:${await listen(http)}`;
  const inside = await assemble({ config: configFor(issuer, dataDir) });
  http.on('request', inside.callback());
  await inside.accounts?.add(PERSON);
  const discard = () => rmSync(dataDir, { recursive: true, force: true });
  return {
    issuer,
    inside,
    discard,
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      await inside.close();
      discard();
    },
  };
};
