/**
 * Owns what a check costs an API, as two ratios of one run: from its memory against a question to the server on this
 * machine, and of a signed token against jose alone. By itself: node bench/resource-server.ts [seconds]
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { createResourceServer } from '../resource-server/index.ts';
import { startTestIssuer } from '../resource-server/testing/index.ts';
import { curfewVariables, prepareCurfew } from './curfew.ts';
import { freePort, SERVER_CORE, start, stop, untilAnswering } from './processes.ts';
import { API, ISSUER, PHONE, PHONES_FILE, RESOURCE_SERVER } from './scenario.ts';

/** Checks a second, medians of the rounds. */
export interface ResourceServerFigures {
  readonly cached: number;
  readonly introspected: number;
  readonly signed: number;
  readonly bareJose: number;
}

const ROUNDS = 5;
/** Questions to the server at a time: one after another would measure the way there, not what it can do. */
const AT_ONCE = 32;

type Check = () => Promise<unknown>;

const perSecond = async (check: Check, seconds: number, atOnce: number): Promise<number> => {
  let checks = 0;
  const began = performance.now();
  const until = began + seconds * 1000;
  const worker = async (): Promise<void> => {
    while (performance.now() < until) {
      await check();
      checks += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (checks * 1000) / (performance.now() - began);
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** In turns, so that all of them meet the same machine. */
const inTurns = async (checks: readonly (readonly [Check, number])[], seconds: number): Promise<readonly number[]> => {
  const found: number[][] = checks.map(() => []);
  for (const [check, atOnce] of checks) await perSecond(check, seconds, atOnce);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, [check, atOnce]] of checks.entries()) {
      found[index]?.push(await perSecond(check, seconds, atOnce));
    }
  }
  return found.map(median);
};

const requestWith = (token: string) => ({
  method: 'GET',
  url: '/notes',
  headers: { authorization: `Bearer ${token}` },
});

/** A token of a server that runs on this machine, as a process of its own. */
const accessToken = async (folder: string, port: number): Promise<string> => {
  const [refresh = ''] = JSON.parse(readFileSync(join(folder, PHONES_FILE), 'utf8')) as string[];
  const body = new URLSearchParams({ grant_type: 'refresh_token', client_id: PHONE, refresh_token: refresh });
  const reply = await fetch(`http://127.0.0.1:${port}/token`, { method: 'POST', body });
  const { access_token: token } = (await reply.json()) as { access_token?: string };
  if (!token) throw new Error(`no access token: ${reply.status}`);
  return token;
};

const measureOpaque = async (seconds: number): Promise<readonly number[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-bench-'));
  await prepareCurfew(folder, 1, 1);
  const port = await freePort();
  const args = [join(import.meta.dirname, '..', 'server', 'main.ts')];
  const server = start({ core: SERVER_CORE, args, variables: curfewVariables(folder, port) });
  try {
    await untilAnswering(server, port);
    const request = requestWith(await accessToken(folder, port));
    const near: typeof fetch = (url, init) => fetch(String(url).replace(ISSUER, `http://127.0.0.1:${port}`), init);
    const api = (cacheSeconds: number) =>
      createResourceServer({
        issuer: ISSUER,
        audience: API,
        client: RESOURCE_SERVER,
        introspection: { cacheSeconds },
        fetch: near,
      });
    const [remembering, asking] = [api(3600), api(0)];
    return await inTurns(
      [
        [() => remembering.authenticate(request), 1],
        // One question for all who ask at once is what the library does, so each asker has a server of its own here.
        [
          asker(
            Array.from({ length: AT_ONCE }, () => api(0)),
            request,
          ),
          AT_ONCE,
        ],
        [() => asking.authenticate(request), 1],
      ],
      seconds,
    );
  } finally {
    await stop(server);
    await rm(folder, { recursive: true, force: true });
  }
};

const asker = (
  apis: readonly ReturnType<typeof createResourceServer>[],
  request: ReturnType<typeof requestWith>,
): Check => {
  let turn = 0;
  return () => {
    turn += 1;
    return apis[turn % apis.length]?.authenticate(request) ?? Promise.resolve();
  };
};

const measureSigned = async (seconds: number): Promise<readonly number[]> => {
  const own = await startTestIssuer();
  try {
    const { issuer } = own;
    const token = await own.token({ audience: API, scope: 'notes:read', expiresInSeconds: 3600 });
    const api = createResourceServer({ issuer, audience: API });
    const request = requestWith(token);
    const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
    const options = { issuer, audience: API, typ: 'at+jwt', algorithms: ['ES256'] };
    const checks = [
      [() => api.authenticate(request), 1],
      [() => jwtVerify(token, keys, options), 1],
    ] as const;
    return await inTurns(checks, seconds);
  } finally {
    await own.close();
  }
};

export const measureResourceServer = async (seconds: number): Promise<ResourceServerFigures> => {
  const [cached = 0, many = 0, oneByOne = 0] = await measureOpaque(seconds);
  const [signed = 0, bareJose = 0] = await measureSigned(seconds);
  return { cached, introspected: Math.max(many, oneByOne), signed, bareJose };
};

const asked = (found: number, limit: number, isMet: boolean): string =>
  `${found.toFixed(2)} | ${limit} | ${isMet ? 'met' : 'MISSED'}`;

export const resourceServerTable = ({ cached, introspected, signed, bareJose }: ResourceServerFigures): string => {
  const [faster, dearer] = [cached / introspected, bareJose / signed];
  return [
    '| checks of an API, a second | |\n|---|---|',
    `| an opaque token, remembered | ${Math.round(cached)} |`,
    `| an opaque token, introspected on this machine | ${Math.round(introspected)} |`,
    `| an at+jwt | ${Math.round(signed)} |`,
    `| the same token, by jose alone | ${Math.round(bareJose)} |`,
    '\n| ratio, in one run | found | asked | |\n|---|---|---|---|',
    `| a remembered check's rate, to a local introspection's: at least | ${asked(faster, 10, faster >= 10)} |`,
    `| an at+jwt check's cost, to bare jose's: at most | ${asked(dearer, 1.3, dearer <= 1.3)} |`,
    '',
  ].join('\n');
};

if (import.meta.main) {
  process.stdout.write(resourceServerTable(await measureResourceServer(Number(process.argv[2] ?? 2))));
}
