/** Owns what a browser sees of an error that nothing further in has answered. */
import type { Context, Middleware } from 'koa';

export const failurePages =
  (fail: (ctx: Context, error: unknown) => void): Middleware =>
  async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      fail(ctx, error);
    }
  };
