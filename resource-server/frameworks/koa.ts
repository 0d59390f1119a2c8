/** Owns the middleware for Koa. */
import type { HeadersLike } from '../credentials.ts';
import type { Requirement } from '../requirements.ts';
import type { Gate } from './gate.ts';

/** As much of Koa's context as is looked at here. */
export interface KoaContextLike {
  readonly req: object;
  readonly method: string;
  readonly originalUrl: string;
  readonly headers: HeadersLike;
  status: number;
  body: unknown;
  set(headers: Record<string, string>): void;
}

export type KoaMiddleware = (ctx: KoaContextLike, next: () => Promise<unknown>) => Promise<void>;

export const koaAdapter =
  (gate: Gate) =>
  (...requirements: readonly Requirement[]): KoaMiddleware =>
  async (ctx, next) => {
    const { method, originalUrl: url, headers: sent } = ctx;
    const { answer, headers } = await gate.enter(ctx, { method, url, headers: sent }, requirements);
    ctx.set({ ...headers, ...answer?.headers });
    if (!answer) {
      await next();
      return;
    }
    ctx.status = answer.status;
    ctx.body = answer.body;
  };
