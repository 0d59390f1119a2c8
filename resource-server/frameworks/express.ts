/** Owns the middleware for Express, and for whatever else takes node's own `(request, response, next)`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Requirement } from '../requirements.ts';
import type { Gate } from './gate.ts';

/** Express keeps the URL as it was sent, where a router takes its prefix off. */
export type NodeRequest = IncomingMessage & { readonly originalUrl?: string };

export type NodeMiddleware = (
  request: NodeRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => Promise<void>;

export const expressAdapter =
  (gate: Gate) =>
  (...requirements: readonly Requirement[]): NodeMiddleware =>
  async (request, response, next) => {
    const { method = 'GET', url = '/', originalUrl = url, headers: sent } = request;
    const { answer, headers } = await gate.enter(request, { method, url: originalUrl, headers: sent }, requirements);
    for (const [name, value] of Object.entries({ ...headers, ...answer?.headers })) response.setHeader(name, value);
    if (!answer) {
      next();
      return;
    }
    response.statusCode = answer.status;
    response.end(method === 'HEAD' ? undefined : JSON.stringify(answer.body));
  };
