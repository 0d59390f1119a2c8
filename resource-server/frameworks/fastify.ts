/** Owns the hook for Fastify: `onRequest`, of the whole app or of a route. */
import type { HeadersLike } from '../credentials.ts';
import type { Requirement } from '../requirements.ts';
import type { Gate } from './gate.ts';

export interface FastifyRequestLike {
  readonly raw: object;
  readonly method: string;
  readonly originalUrl: string;
  readonly headers: HeadersLike;
}

export interface FastifyReplyLike {
  code(status: number): unknown;
  headers(headers: Record<string, string>): unknown;
  send(body: unknown): unknown;
}

export type FastifyHook = (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<unknown>;

export const fastifyAdapter =
  (gate: Gate) =>
  (...requirements: readonly Requirement[]): FastifyHook =>
  async (request, reply) => {
    const { method, originalUrl: url, headers: sent } = request;
    const { answer, headers } = await gate.enter(request, { method, url, headers: sent }, requirements);
    reply.headers({ ...headers, ...answer?.headers });
    if (!answer) return undefined;
    reply.code(answer.status);
    // As text: a serializer of the route's is none for this.
    reply.send(JSON.stringify(answer.body));
    return reply;
  };
