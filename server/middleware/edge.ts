/**
 * Owns what a request may say about itself: nothing. Its host and scheme are the issuer's, and its address is the
 * socket's, or what a trusted proxy vouches for. X-Forwarded-* of anyone else is dropped.
 */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Middleware } from 'koa';
import proxyAddr from 'proxy-addr';

/** Headers by which a proxy speaks of its client. */
const FORWARDED = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-real-ip',
];

/** Headers by which a proxy vouches for a client certificate; none is believed here. */
const CERTIFICATES = [
  'x-client-cert',
  'x-ssl-client-cert',
  'x-forwarded-client-cert',
  'client-cert',
  'ssl-client-cert',
  'x-ssl-client-verify',
];

const CLAIMS = [...FORWARDED, ...CERTIFICATES];

/** IPv4 in its own notation, also where the socket speaks IPv6. Some proxies write a port behind the address. */
const plain = (address: string): string =>
  address
    .trim()
    .replace(/^\[(.*)\](:\d+)?$/, '$1')
    .replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1')
    .replace(/^::ffff:(?=\d+\.)/i, '');

const plainList = (header: string | string[] | undefined): string =>
  [header ?? []].flat().join(',').split(',').map(plain).join(', ');

/** What is no address (a proxy may write "unknown") would be one and the same guesser to every limit: then it is the proxy's. */
const clientOf = (req: IncomingMessage, trust: (address: string, hop: number) => boolean): string => {
  // Most requests bring none.
  if (req.headers['x-forwarded-for'] === undefined) return plain(req.socket.remoteAddress ?? '');
  req.headers['x-forwarded-for'] = plainList(req.headers['x-forwarded-for']);
  const address = plain(proxyAddr(req, trust));
  return isIP(address) === 0 ? plain(req.socket.remoteAddress ?? '') : address;
};

/** Rewrites the request's headers in place, so that whatever reads them later reads the truth. */
const tellTruth = (
  req: IncomingMessage,
  { host, protocol }: URL,
  trust: (address: string, hop: number) => boolean,
): string => {
  const address = clientOf(req, trust);
  for (const name of CLAIMS) if (req.headers[name] !== undefined) delete req.headers[name];
  req.headers.host = host;
  // HTTP/2 has `:authority` in its place, which only this goes before.
  req.headers['x-forwarded-host'] = host;
  req.headers['x-forwarded-proto'] = protocol.slice(0, -1);
  req.headers['x-forwarded-for'] = address;
  return address;
};

/** For the server's own Koa app, which then believes X-Forwarded-*: this is the only place that writes it. */
export const edge = (issuer: string, trustedProxies: readonly string[]): Middleware => {
  const url = new URL(issuer);
  const mountPath = url.pathname.replace(/\/$/, '');
  const trust = proxyAddr.compile([...trustedProxies]);
  return (ctx, next) => {
    // The library puts it before the paths of the URLs that it makes.
    ctx['mountPath'] = mountPath;
    ctx.request.ip = tellTruth(ctx.req, url, trust);
    return next();
  };
};
