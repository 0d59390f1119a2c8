/** Owns the apps that Curfew is mounted in. Each has a route that says what reached it, an access log, and an error answer of its own. */
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import { bodyParser } from '@koa/bodyparser';
import express, { type ErrorRequestHandler } from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import type { Handler } from '../../server/host.ts';

type Sent = Pick<IncomingMessage, 'url' | 'headers'> & { readonly originalUrl?: string };

interface HostParts {
  readonly http: HttpServer;
  readonly handle: Handler;
  /** What the app's access log sees of a request once it is answered. */
  readonly log: (request: Sent, status: number) => void;
  /** The app parses bodies before Curfew sees a request. */
  readonly parserFirst: boolean;
}

export interface Host {
  readonly name: 'Koa' | 'Express' | 'Fastify';
  start(parts: HostParts): Promise<void>;
}

/** `/echo` and `/broken` are the app's; the rest is not found, in the app's own words. */
const routes = (path: string, req: IncomingMessage): { status: number; body: object } => {
  if (path === '/broken') throw new Error('a fault of the app');
  if (path === '/echo') return { status: 200, body: { url: req.url, headers: req.headers } };
  return { status: 404, body: { app: 'not found' } };
};

const BROKEN = { app: 'broken' };

const logged = (req: IncomingMessage, res: ServerResponse, log: HostParts['log']): void => {
  res.on('finish', () => log(req, res.statusCode));
};

const koa: Host = {
  name: 'Koa',
  async start({ http, handle, log, parserFirst }) {
    const app = new Koa();
    app.use(async (ctx, next) => {
      ctx.set('x-app', 'yes');
      try {
        await next();
      } catch {
        ctx.status = 500;
        ctx.body = BROKEN;
      }
      log(ctx.req, ctx.status);
    });
    if (parserFirst) app.use(bodyParser());
    app.use((ctx, next) => {
      ctx.respond = false;
      return handle(ctx.req, ctx.res, () => {
        ctx.respond = true;
        return next();
      });
    });
    app.use((ctx) => {
      const { status, body } = routes(ctx.path, ctx.req);
      ctx.status = status;
      ctx.body = body;
    });
    http.on('request', app.callback());
  },
};

const onError: ErrorRequestHandler = (_error, _request, response, _next) => {
  response.status(500).json(BROKEN);
};

const expressHost: Host = {
  name: 'Express',
  async start({ http, handle, log, parserFirst }) {
    const app = express();
    app.use((request, response, next) => {
      response.set('x-app', 'yes');
      logged(request, response, log);
      next();
    });
    if (parserFirst) app.use(express.json(), express.urlencoded({ extended: true }));
    app.use(handle);
    app.use((request, response) => {
      const { status, body } = routes(request.path, request);
      response.status(status).json(body);
    });
    app.use(onError);
    http.on('request', app);
  },
};

const fastifyHost: Host = {
  name: 'Fastify',
  async start({ http, handle, log }) {
    const app = fastify({
      serverFactory: (listener) => {
        http.on('request', listener);
        return http;
      },
    });
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('x-app', 'yes');
    });
    app.addHook('onRequest', (request, reply, done) => {
      logged(request.raw, reply.raw, log);
      void handle(request.raw, reply.raw, done);
    });
    for (const url of ['/echo', '/broken']) app.all(url, async (request) => routes(url, request.raw).body);
    app.setNotFoundHandler((request, reply) => reply.code(404).send(routes('', request.raw).body));
    app.setErrorHandler((_error, _request, reply) => reply.code(500).send(BROKEN));
    await app.ready();
  },
};

export const HOSTS: readonly Host[] = [koa, expressHost, fastifyHost];
