/** Owns serving below a path: the issuer's path is taken off before any route looks, whoever mounted the server. */
import type { IncomingMessage } from 'node:http';

type Mounted = IncomingMessage & { originalUrl?: string };

/** Rewrites `req.url`, keeping the whole in `originalUrl`. False: the request is for something outside. */
export const belowPrefix = (req: Mounted, issuer: string): boolean => {
  const prefix = new URL(issuer).pathname.replace(/\/$/, '');
  if (prefix === '') return true;
  const whole = req.originalUrl ?? req.url ?? '/';
  if (whole !== prefix && !whole.startsWith(`${prefix}/`) && !whole.startsWith(`${prefix}?`)) return false;
  req.originalUrl = whole;
  const rest = whole.slice(prefix.length);
  req.url = rest.startsWith('/') ? rest : `/${rest}`;
  return true;
};
