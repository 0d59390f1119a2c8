/** Owns APIs in each framework that the library serves. All have the same two routes; `/pay` demands more. */
import { createServer, type Server } from 'node:http';
import Router from '@koa/router';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import { type Requirement, type ResourceServer, requireFresh } from '../../resource-server/index.ts';

export interface ApiHost {
  readonly name: string;
  /** `GET /notes` for whoever has a token, `POST /pay` for whoever signed in just now. Each says who called. */
  start(api: ResourceServer): Promise<Server>;
}

const FRESH: readonly Requirement[] = [requireFresh(60)];

const listening = (http: Server): Promise<Server> =>
  new Promise((resolve) => {
    http.listen(0, '127.0.0.1', () => resolve(http));
  });

const koa: ApiHost = {
  name: 'Koa',
  start(api) {
    const router = new Router();
    router.get('/notes', (ctx) => {
      ctx.body = { sub: api.accessOf(ctx).sub };
    });
    router.post('/pay', api.koa(...FRESH), (ctx) => {
      ctx.body = { sub: api.accessOf(ctx).sub };
    });
    const app = new Koa();
    app.use(api.koa());
    app.use(router.routes());
    return listening(createServer(app.callback()));
  },
};

const expressHost: ApiHost = {
  name: 'Express',
  start(api) {
    const app = express();
    const router = express.Router();
    router.post('/', api.express(...FRESH), (request, response) => {
      response.json({ sub: api.accessOf(request).sub });
    });
    app.use(api.express());
    app.use('/pay', router);
    app.get('/notes', (request, response) => {
      response.json({ sub: api.accessOf(request).sub });
    });
    return listening(createServer(app));
  },
};

const fastifyHost: ApiHost = {
  name: 'Fastify',
  async start(api) {
    const app = fastify();
    app.addHook('onRequest', api.fastify());
    app.get('/notes', async (request) => ({ sub: api.accessOf(request).sub }));
    app.post('/pay', { onRequest: api.fastify(...FRESH) }, async (request) => ({ sub: api.accessOf(request).sub }));
    await app.listen({ port: 0, host: '127.0.0.1' });
    return app.server;
  },
};

const fetchHost: ApiHost = {
  name: 'fetch',
  start(api) {
    const say = (_request: Request, { sub }: { sub: string }) => Response.json({ sub });
    const [notes, pay] = [api.fetch(say), api.fetch(say, ...FRESH)];
    const http = createServer(async ({ method = 'GET', url = '/', headers }, response) => {
      const known = Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string]);
      const request = new Request(`http://internal${url}`, { method, headers: known });
      const answer = await (url === '/pay' ? pay(request) : notes(request));
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
    });
    return listening(http);
  },
};

export const API_HOSTS: readonly ApiHost[] = [koa, expressHost, fastifyHost, fetchHost];
