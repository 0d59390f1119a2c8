/** Owns what is seen of each request: how long it took, by its route and status, and its span. */
import type { Context, Middleware } from 'koa';
import { correlationId } from '../correlation.ts';
import type { Measures } from '../metrics.ts';
import { requestSpan } from '../tracing.ts';

/** As the router that took the request wrote it down, the protocol library's or one of ours: a path may hold an id, a route does not. */
const routeOf = (ctx: Context): string => {
  const { _matchedRoute: matched } = ctx as Context & { readonly _matchedRoute?: unknown };
  return typeof matched === 'string' ? matched : 'other';
};

export const observe =
  (measures: Measures | undefined): Middleware =>
  async (ctx, next) => {
    const from = performance.now();
    const span = requestSpan(ctx.method, correlationId());
    let status = 500;
    try {
      await span.run(next);
      status = ctx.status;
    } finally {
      const route = routeOf(ctx);
      span.end({ route, status });
      measures?.request(route, ctx.method, status, (performance.now() - from) / 1000);
    }
  };
