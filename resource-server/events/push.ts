/** Owns the address at which the server delivers events (RFC 8935), for whichever framework the host has. */
import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type SecurityEvent, SetError } from './security-event.ts';

export interface Delivery {
  readonly method: string | undefined;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: () => Promise<string>;
}

export interface Receipt {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface PushParts {
  readonly authorization: string;
  readonly read: (token: string) => Promise<SecurityEvent>;
  readonly take: (event: SecurityEvent) => void;
  readonly onProblem: (problem: unknown) => void;
}

export interface Push {
  /** For node's own server, Express and Fastify's `raw`; before any body parser. */
  push(request: IncomingMessage, response: ServerResponse): Promise<void>;
  pushFetch(request: Request): Promise<Response>;
}

const MOST_BYTES = 65_536;
const NO_BODY = { headers: { 'cache-control': 'no-store' }, body: '' };

const refused = (status: number, err: string, description: string): Receipt => ({
  status,
  headers: { 'cache-control': 'no-store', 'content-type': 'application/json' },
  body: JSON.stringify({ err, description }),
});

const equal = (one: string, other: string): boolean =>
  timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));

const bodyOf = async (chunks: AsyncIterable<Uint8Array>): Promise<string> => {
  const kept: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new SetError('invalid_request', 'the token is too long');
    kept.push(chunk);
  }
  return Buffer.concat(kept).toString('utf8');
};

const received = async ({ authorization, read, take, onProblem }: PushParts, delivery: Delivery): Promise<Receipt> => {
  if (!equal(delivery.authorization ?? '', authorization)) {
    return refused(401, 'authentication_failed', 'the Authorization header is not the one of this stream');
  }
  if (delivery.method !== 'POST' || delivery.contentType?.split(';')[0]?.trim() !== 'application/secevent+jwt') {
    return refused(400, 'invalid_request', 'events come by POST, as application/secevent+jwt');
  }
  try {
    take(await read(await delivery.body()));
    return { status: 202, ...NO_BODY };
  } catch (error) {
    onProblem(error);
    if (error instanceof SetError) return refused(400, error.code, error.message);
    // Not the event's fault: the server is to send it again.
    return { status: 503, headers: { ...NO_BODY.headers, 'retry-after': '2' }, body: '' };
  }
};

export const createPush = (parts: PushParts): Push => ({
  async push(request, response) {
    const { method, headers } = request;
    const receipt = await received(parts, {
      method,
      authorization: headers.authorization,
      contentType: headers['content-type'],
      body: () => bodyOf(request),
    });
    response.writeHead(receipt.status, receipt.headers).end(receipt.body);
  },
  async pushFetch(request) {
    const { status, headers, body } = await received(parts, {
      method: request.method,
      authorization: request.headers.get('authorization') ?? undefined,
      contentType: request.headers.get('content-type') ?? undefined,
      body: () => (request.body ? bodyOf(request.body) : Promise.resolve('')),
    });
    return new Response(body || null, { status, headers });
  },
});
