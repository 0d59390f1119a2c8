/** Owns the HTTP listener: how large and how slow a request may be, so that one who stalls costs nobody else anything. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Handler } from './host.ts';

export interface ListenerLimits {
  /** Until the last header is there, from the connection's first moment or the last answer on it. */
  readonly headersMs: number;
  /** Until the last byte of the body is there. */
  readonly requestMs: number;
  /** Between an answer and the next request: longer than a proxy keeps a connection, or it would use a closed one. */
  readonly keepAliveMs: number;
  /** Without a byte either way while a request or its answer is under way: a client that does not read, for one. */
  readonly stalledMs: number;
  /** How often the first two are looked at. */
  readonly checkEveryMs: number;
  readonly headerBytes: number;
  /** Requests under way on one connection. Apps, browsers and proxies send the next one after the answer. */
  readonly pipelined: number;
}

export const LIMITS: ListenerLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 65_000,
  stalledMs: 60_000,
  checkEveryMs: 1000,
  headerBytes: 32 * 1024,
  pipelined: 16,
};

/** Node hands over all requests that one packet holds at once: a thousand of them would go before everybody else's. */
const inTurn = (handler: Handler, most: number): RequestListener => {
  const underWay = new WeakMap<Socket, number>();
  return (req, res) => {
    const { socket } = req;
    if (socket.destroyed) return;
    const count = (underWay.get(socket) ?? 0) + 1;
    underWay.set(socket, count);
    if (count > most) {
      socket.destroy();
      return;
    }
    res.once('close', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
    void handler(req, res);
  };
};

/** Not listening yet. Past a limit the connection is closed, after a 408 or 431 where there is something to answer. */
export const createListener = (handler: Handler, limits: ListenerLimits = LIMITS): Server =>
  createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: limits.checkEveryMs,
      maxHeaderSize: limits.headerBytes,
    },
    inTurn(handler, limits.pipelined),
  ).setTimeout(limits.stalledMs);
