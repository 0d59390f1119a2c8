/** Owns the wrapper for handlers that take a `Request` and give a `Response` (Hono, Next, Bun, Deno, workers). */
import type { Access } from '../access.ts';
import type { Requirement } from '../requirements.ts';
import type { Gate } from './gate.ts';

export type FetchHandler<More extends readonly unknown[]> = (
  request: Request,
  access: Access,
  ...more: More
) => Response | Promise<Response>;

const withHeaders = (response: Response, headers: Readonly<Record<string, string>>): Response => {
  if (Object.keys(headers).length === 0) return response;
  const all = new Headers(response.headers);
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers: all });
};

const pathOf = (url: string): string => {
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
};

export const fetchAdapter =
  (gate: Gate) =>
  <More extends readonly unknown[]>(handler: FetchHandler<More>, ...requirements: readonly Requirement[]) =>
  async (request: Request, ...more: More): Promise<Response> => {
    const { method, url, headers: sent } = request;
    const { answer, headers } = await gate.enter(request, { method, url: pathOf(url), headers: sent }, requirements);
    if (!answer) return withHeaders(await handler(request, gate.accessOf(request), ...more), headers);
    const body = method === 'HEAD' ? null : JSON.stringify(answer.body);
    return new Response(body, { status: answer.status, headers: answer.headers });
  };
