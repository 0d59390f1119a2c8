/** Owns what a browser sees of an error that nothing further in has answered. */
import type { Middleware } from 'koa';
import type { FailurePage } from '../../interactions/failures.ts';

export const failurePages =
  (fail: FailurePage): Middleware =>
  async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      fail(ctx, error);
    }
  };
