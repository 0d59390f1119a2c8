/** Owns what a load balancer asks: is the process there, and can it do its work. */
import Router from '@koa/router';
import type { Readiness } from '../readiness.ts';

export const createHealthRoutes = ({ ping, warnings, draining }: Readiness): Router => {
  const router = new Router({ prefix: '/health' });
  router.use(async (ctx, next) => {
    ctx.set('cache-control', 'no-store');
    await next();
  });

  router.get('/live', (ctx) => {
    ctx.body = { status: 'live' };
  });

  router.get('/ready', async (ctx) => {
    const ready =
      !draining() &&
      (await ping().then(
        () => true,
        () => false,
      ));
    ctx.status = ready ? 200 : 503;
    ctx.body = { status: ready ? 'ready' : 'unavailable', warnings: warnings() };
  });

  return router;
};
