/**
 * Owns every request that this server makes to somebody else. A receiver chooses where it is called, so: no address of
 * special use, looked at when the connection is made and not only by name; no redirects; an end to every wait and answer.
 */
import { lookup as systemLookup } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';

export interface Outgoing {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  /** The beginning of it. */
  readonly body: string;
}

/** Throws where there was no reply. */
export type Post = (outgoing: Outgoing) => Promise<Reply>;

const BODY_MOST = 4096;
const IDLE_SOCKETS = 16;

interface PostOptions {
  /** Whether something may be sent to an address. */
  readonly allows: (address: string) => boolean;
  /** For the whole of it. */
  readonly timeoutMs: number;
  /** The system's resolver. */
  readonly lookup?: typeof systemLookup;
}

const refusal = (host: string, address: string) =>
  new Error(`${host} is at ${address}, an address of special use (RFC 6890)`);

/** All addresses of the name have to be allowed: which one is taken is not ours to say. */
const guarded =
  (allows: PostOptions['allows'], lookup: typeof systemLookup): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses = []) => {
      const wrong = addresses.find(({ address }) => !allows(address));
      const refused = wrong && refusal(hostname, wrong.address);
      const [first = { address: '', family: 0 }] = addresses;
      if (options.all) callback(error ?? refused ?? null, addresses);
      else callback(error ?? refused ?? null, first.address, first.family);
    });
  };

const readStart = async (response: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk;
    // Whoever goes on talking is hung up on.
    if (text.length >= BODY_MOST) break;
  }
  return text.slice(0, BODY_MOST);
};

export const createPost = ({ allows, timeoutMs, lookup = systemLookup }: PostOptions): Post & { close(): void } => {
  const agents = {
    'http:': new HttpAgent({ keepAlive: true, maxFreeSockets: IDLE_SOCKETS }),
    'https:': new HttpsAgent({ keepAlive: true, maxFreeSockets: IDLE_SOCKETS }),
  };
  const checked = guarded(allows, lookup);

  const post: Post = ({ url: text, headers, body }) => {
    const url = new URL(text);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // Nobody looks an address up.
    if (isIP(host) !== 0 && !allows(host)) return Promise.reject(refusal(host, host));
    const isSecure = url.protocol === 'https:';
    const options = {
      method: 'POST',
      agent: isSecure ? agents['https:'] : agents['http:'],
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)), 'user-agent': 'Curfew' },
      lookup: checked,
      signal: AbortSignal.timeout(timeoutMs),
    };
    const attempt = (): Promise<Reply> =>
      new Promise((resolve, reject) => {
        const request = (isSecure ? httpsRequest : httpRequest)(url, options, (response) => {
          readStart(response).then((start) => resolve({ status: response.statusCode ?? 0, body: start }), reject);
        });
        request.on('error', (error: NodeJS.ErrnoException) => {
          // The receiver had closed the connection that was kept: that says nothing about the receiver.
          if (request.reusedSocket && error.code === 'ECONNRESET') resolve(attempt());
          else reject(error);
        });
        request.end(body);
      });
    return attempt();
  };
  return Object.assign(post, {
    close(): void {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  });
};
