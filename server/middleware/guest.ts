/**
 * Owns being a guest: which requests are this server's, and that the host's own code sees every request as it came.
 * The issuer's path is taken off before any route looks, whoever mounted the server, and put back afterwards.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { ERRORS } from '../errors.ts';
import type { Handler } from '../host.ts';

type Mounted = IncomingMessage & { originalUrl?: string };

/** Metadata whose well-known name goes before the issuer's path: RFC 8414 §3.1, and §5 for OpenID's own name; SSF 1.0 likewise. */
const METADATA = [
  '/.well-known/oauth-authorization-server',
  '/.well-known/openid-configuration',
  '/.well-known/ssf-configuration',
];

/** RFC 9112 §3.2.2: a request may name its whole URL. The host in it is the sender's claim, like any other. */
const withoutOrigin = (target: string): string => target.replace(/^https?:\/\/[^/?#]*/i, '');

/** What follows the prefix, or nothing where the target is not below it. */
const below = (target: string, prefix: string): string | undefined => {
  if (!target.startsWith(prefix)) return undefined;
  const rest = target.slice(prefix.length);
  if (rest.startsWith('/')) return rest;
  return rest === '' || rest.startsWith('?') ? `/${rest}` : undefined;
};

/** The path that our routes know the target by, or nothing where the target is for someone else. Pure. */
export const ownPath = (target: string, prefix: string): string | undefined => {
  const path = withoutOrigin(target);
  for (const name of prefix === '' ? [] : METADATA) {
    const query = below(path, `${name}${prefix}`)?.slice(1);
    if (query === '' || query?.startsWith('?')) return `${name}${query}`;
  }
  return below(path, prefix);
};

const notFound = (res: ServerResponse): void => {
  res.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
  res.end(`${ERRORS.not_found.sentence}\n`);
};

/** Shows the request to `handle` under `path`, with headers of its own that it may rewrite. */
const lend = async (req: Mounted, path: string, handle: () => Promise<void>): Promise<void> => {
  const { url, originalUrl } = req;
  req.url = path;
  // The library would work out from it where it is mounted, and be wrong where prefix and endpoint begin alike.
  delete req.originalUrl;
  // Goes before Node's own, which HTTP/2 lets nobody set.
  Object.defineProperty(req, 'headers', { value: { ...req.headers }, configurable: true, enumerable: true });
  try {
    await handle();
  } finally {
    // What runs now is the host's: its access log, for one.
    delete (req as Partial<Mounted>).headers;
    Object.assign(req, { url }, originalUrl === undefined ? {} : { originalUrl });
  }
};

export interface Guest {
  readonly handler: Handler;
  /** Resolves once no request is under way, at the latest after `LONGEST_MS`. */
  quiet(): Promise<void>;
}

/** A request whose body never comes is not waited for. */
const LONGEST_MS = 10_000;

export const asGuest = (
  issuer: string,
  handle: (req: IncomingMessage, res: ServerResponse) => Promise<void>,
): Guest => {
  const prefix = new URL(issuer).pathname.replace(/\/$/, '');
  const underWay = new Set<Promise<void>>();

  const take = async (req: Mounted, res: ServerResponse, path: string): Promise<void> => {
    const work = lend(req, path, () => handle(req, res));
    underWay.add(work);
    await work.finally(() => underWay.delete(work));
  };

  return {
    async handler(req: Mounted, res, next) {
      const path = ownPath(req.originalUrl ?? req.url ?? '/', prefix);
      if (path !== undefined) await take(req, res, path);
      else if (next) await next();
      else notFound(res);
    },
    async quiet() {
      const enough = new AbortController();
      const late = pause(LONGEST_MS, undefined, { signal: enough.signal }).catch(() => undefined);
      await Promise.race([Promise.allSettled(underWay), late]);
      enough.abort();
    },
  };
};
