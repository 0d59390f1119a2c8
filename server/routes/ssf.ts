/** Owns the transmitter's side of Shared Signals (SSF 1.0) over HTTP: discovery, streams, polls. Parse, call, answer. */
import Router from '@koa/router';
import type { Context } from 'koa';
import type { AuthenticateService } from '../caller.ts';
import { CurfewError } from '../errors.ts';
import type { Log } from '../log.ts';
import { SERVICES } from '../services.ts';
import type { Management } from '../streams/management.ts';
import type { Polling } from '../streams/polling.ts';
import type { Stream } from '../streams/stream.ts';
import { POLL, PUSH, readChange, readCreate, readPoll, readStatus, readVerification } from '../streams/stream-input.ts';
import { jsonObject, readJson } from './json-body.ts';
import { problems } from './problems.ts';

export interface SsfParts {
  readonly issuer: string;
  readonly authenticate: AuthenticateService;
  readonly management: Management;
  readonly polling: Polling;
  readonly log: Log;
}

const READ = ['ssf.read', 'ssf.manage'];
const MANAGE = ['ssf.manage'];

const PATHS = { streams: '/streams', status: '/status', verify: '/verify' } as const;

/** SSF 1.0, "Transmitter Configuration Metadata"; public, and what is in it is. */
const configurationOf = (issuer: string) => {
  const base = `${issuer}${SERVICES.ssf.path}`;
  return {
    spec_version: '1_0',
    issuer,
    jwks_uri: `${issuer}/jwks`,
    delivery_methods_supported: [PUSH, POLL],
    configuration_endpoint: `${base}${PATHS.streams}`,
    status_endpoint: `${base}${PATHS.status}`,
    verification_endpoint: `${base}${PATHS.verify}`,
    authorization_schemes: [{ spec_urn: 'urn:ietf:rfc:6749' }],
    // There are no endpoints to add or remove subjects: a stream has those that its receiver's tokens are about.
    default_subjects: 'ALL',
  };
};

const wantedId = (ctx: Context): string => {
  const { stream_id: id } = ctx.query;
  if (typeof id !== 'string' || id === '') throw new CurfewError('bad_request', { detail: 'stream_id: it is missing' });
  return id;
};

const statusView = ({ id, status, reason }: Stream) => ({
  stream_id: id,
  status,
  ...(reason === undefined ? {} : { reason }),
});

const addStreams = (router: Router, { authenticate, management }: SsfParts): void => {
  router.post(PATHS.streams, async (ctx) => {
    const { client } = await authenticate(ctx, 'ssf', MANAGE);
    ctx.body = management.view(await management.create(client.client_id, readCreate(jsonObject(ctx))));
    ctx.status = 201;
  });

  router.get(PATHS.streams, async (ctx) => {
    const { client } = await authenticate(ctx, 'ssf', READ);
    ctx.body =
      ctx.query['stream_id'] === undefined
        ? (await management.list(client.client_id)).map(management.view)
        : management.view(await management.read(client.client_id, wantedId(ctx)));
  });

  for (const [method, how] of [
    ['patch', 'update'],
    ['put', 'replace'],
  ] as const) {
    router[method](PATHS.streams, async (ctx) => {
      const { client } = await authenticate(ctx, 'ssf', MANAGE);
      ctx.body = management.view(await management.change(client.client_id, readChange(jsonObject(ctx)), how));
    });
  }

  router.delete(PATHS.streams, async (ctx) => {
    const { client } = await authenticate(ctx, 'ssf', MANAGE);
    await management.remove(client.client_id, wantedId(ctx));
    ctx.status = 204;
  });
};

const addStatus = (router: Router, { authenticate, management }: SsfParts): void => {
  router.get(PATHS.status, async (ctx) => {
    const { client } = await authenticate(ctx, 'ssf', READ);
    ctx.body = statusView(await management.read(client.client_id, wantedId(ctx)));
  });

  router.post(PATHS.status, async (ctx) => {
    const { client } = await authenticate(ctx, 'ssf', MANAGE);
    ctx.body = statusView(await management.setStatus(client.client_id, readStatus(jsonObject(ctx))));
  });

  router.post(PATHS.verify, async (ctx) => {
    const { client } = await authenticate(ctx, 'ssf', MANAGE);
    await management.verify(client.client_id, readVerification(jsonObject(ctx)));
    ctx.status = 204;
  });
};

/** The receiver hung up: nobody reads the answer. */
const hungUp = (ctx: Context): AbortSignal => {
  const gone = new AbortController();
  ctx.res.once('close', () => gone.abort());
  return gone.signal;
};

const addPoll = (router: Router, { authenticate, management, polling }: SsfParts): void => {
  router.post('/poll/:id', async (ctx) => {
    const { client } = await authenticate(ctx, 'ssf', READ);
    const { id } = await management.read(client.client_id, ctx.params['id'] ?? '');
    const answer = await polling.poll(id, readPoll(jsonObject(ctx)), hungUp(ctx));
    if (!answer) throw new CurfewError('not_found');
    ctx.body = answer;
  });
};

export const createSsfRoutes = (parts: SsfParts): Router => {
  const { issuer, log } = parts;
  const router = new Router({ sensitive: true });
  // Nothing in it is a secret, and a receiver may be a page.
  router.get('/.well-known/ssf-configuration', (ctx) => {
    ctx.set('access-control-allow-origin', '*');
    ctx.body = configurationOf(issuer);
  });
  const api = new Router({ prefix: SERVICES.ssf.path, sensitive: true });
  api.use(problems(issuer, log), readJson);
  addStreams(api, parts);
  addStatus(api, parts);
  addPoll(api, parts);
  return router.use(api.routes());
};
