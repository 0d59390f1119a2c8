/**
 * Owns being a guest: which requests are this server's, and that the host's own code sees every request as it came.
 * The issuer's path is taken off before any route looks, whoever mounted the server, and put back afterwards.
 */
import { IncomingMessage, type ServerResponse } from 'node:http';
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

/** Gives the request headers of its own that `handle` may rewrite. Returns how they are put back. */
const lendHeaders = (req: Mounted): (() => void) => {
  const { headers } = req;
  const own = { ...headers };
  // Node's own setter leaves the object in the shape that the engine is fast with; HTTP/2's request has none.
  if (req instanceof IncomingMessage) {
    req.headers = own;
    return () => {
      req.headers = headers;
    };
  }
  Object.defineProperty(req, 'headers', { value: own, configurable: true, enumerable: true });
  return () => {
    delete (req as Partial<Mounted>).headers;
  };
};

/** Shows the request under `path`. Returns how it is given back: what runs then is the host's, its access log for one. */
const lend = (req: Mounted, path: string): (() => void) => {
  const { url, originalUrl } = req;
  req.url = path;
  // The library would work out from it where it is mounted, and be wrong where prefix and endpoint begin alike.
  if (originalUrl !== undefined) delete req.originalUrl;
  const takeBack = lendHeaders(req);
  return () => {
    takeBack();
    Object.assign(req, { url }, originalUrl === undefined ? {} : { originalUrl });
  };
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
  let underWay = 0;
  let onQuiet = (): void => {};

  const take = async (req: Mounted, res: ServerResponse, path: string): Promise<void> => {
    const giveBack = lend(req, path);
    underWay += 1;
    try {
      await handle(req, res);
    } finally {
      giveBack();
      underWay -= 1;
      if (underWay === 0) onQuiet();
    }
  };

  return {
    async handler(req: Mounted, res, next) {
      const path = ownPath(req.originalUrl ?? req.url ?? '/', prefix);
      if (path !== undefined) return take(req, res, path);
      if (next) await next();
      else notFound(res);
    },
    async quiet() {
      if (underWay === 0) return;
      const enough = new AbortController();
      const late = pause(LONGEST_MS, undefined, { signal: enough.signal }).catch(() => undefined);
      await Promise.race([new Promise<void>((resolve) => (onQuiet = resolve)), late]);
      enough.abort();
    },
  };
};
