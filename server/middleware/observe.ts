/** Owns what is seen of each request: how long it took, by its route and status, and its span. */
import type { Context, Middleware } from 'koa';
import type { Measures } from '../metrics.ts';
import { requestSpan } from '../tracing.ts';

/** As the router that took the request wrote it down, the protocol library's or one of ours: a path may hold an id, a route does not. */
const routeOf = (ctx: Context): string => {
  const { _matchedRoute: matched } = ctx as Context & { readonly _matchedRoute?: unknown };
  return typeof matched === 'string' ? matched : 'other';
};

type See = (route: string, status: number, seconds: number) => void;

const observed = async (ctx: Context, run: () => Promise<unknown>, see: See): Promise<void> => {
  const from = performance.now();
  let status = 500;
  try {
    await run();
    status = ctx.status;
  } finally {
    see(routeOf(ctx), status, (performance.now() - from) / 1000);
  }
};

/** Costs nothing to speak of where nobody looks. */
export const observe =
  (measures: Measures | undefined): Middleware =>
  (ctx, next) => {
    const span = requestSpan(ctx.method);
    if (!span && !measures) return next();
    return observed(ctx, span ? () => span.run(next) : next, (route, status, seconds) => {
      span?.end({ route, status });
      measures?.request(route, ctx.method, status, seconds);
    });
  };
