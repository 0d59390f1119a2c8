/** Owns requests that `fetch` would not send: any Host, any header, bodies without end. */
import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  /** So many bytes follow the body. */
  readonly flood?: number;
}

const CHUNK = Buffer.alloc(64 * 1024, 'a');

/** Resolves once the server has answered; a body that is still on its way then is given up. */
export const raw = async (
  url: string,
  { method = 'GET', headers = {}, body, flood = 0 }: RawRequest = {},
): Promise<RawAnswer> => {
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  const framing = flood > 0 ? { 'transfer-encoding': 'chunked' } : length;
  // Kept alive: a server that closes at once is not asked what it does with the rest.
  const agent = new Agent({ keepAlive: true });
  const sent = request(url, { method, headers: { ...framing, ...headers }, agent });
  const answered = Promise.withResolvers<RawAnswer>();
  sent.on('error', answered.reject);
  sent.on('response', async (response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const { statusCode: status = 0, headers } = response;
    answered.resolve({ status, headers, text: Buffer.concat(chunks).toString() });
  });
  if (body !== undefined) sent.write(body);
  await pour(sent, flood, answered.promise);
  const answer = await answered.promise;
  sent.destroy();
  agent.destroy();
  return answer;
};

/** Sends so many bytes, as fast as they are taken, and no more once there is an answer. */
const pour = async (sent: ClientRequest, bytes: number, answer: Promise<unknown>): Promise<void> => {
  let open = true;
  const stop = (): void => {
    open = false;
  };
  const answered = answer.then(stop, stop);
  for (let left = bytes; left > 0 && open; left -= CHUNK.length) {
    if (!sent.write(CHUNK)) await Promise.race([once(sent, 'drain'), answered]);
  }
  if (open) sent.end();
};
