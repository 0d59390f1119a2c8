/** Owns the calls to the authorization server: none hangs, none follows a redirect, every failure is `Unavailable`. */
import { Unavailable } from './refusal.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON object that came; an empty one where none did. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface HttpRequest {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams;
  /** Ends the wait early. */
  readonly signal?: AbortSignal;
  /** Longer than usual, where the server is meant to wait. */
  readonly timeoutSeconds?: number;
}

export type Http = (url: string, request?: HttpRequest) => Promise<Reply>;

const LONGEST_WAIT_SECONDS = 60;

/** RFC 9110 §10.2.3 in seconds; a date, or nonsense, is none. */
const retryAfterOf = (headers: Headers): number | undefined => {
  const seconds = Number(headers.get('retry-after') ?? '');
  return Number.isInteger(seconds) && seconds > 0 ? Math.min(seconds, LONGEST_WAIT_SECONDS) : undefined;
};

const objectIn = (text: string): Reply['body'] => {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Reply['body']) : {};
  } catch {
    return {};
  }
};

export const createHttp =
  (fetcher: typeof fetch, usualTimeoutSeconds: number): Http =>
  async (url, { timeoutSeconds = usualTimeoutSeconds, signal, ...request } = {}) => {
    const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
    try {
      const response = await fetcher(url, {
        ...request,
        headers: { accept: 'application/json', ...request.headers },
        redirect: 'error',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      return { status: response.status, headers: response.headers, body: objectIn(await response.text()) };
    } catch (cause) {
      throw new Unavailable(`${new URL(url).origin} could not be reached`, { cause });
    }
  };

/** The answer of a call that has to go well. */
export const mustBe = (reply: Reply, status: number, what: string): Reply['body'] => {
  if (reply.status === status) return reply.body;
  const retryAfterSeconds = retryAfterOf(reply.headers);
  const error = typeof reply.body['error'] === 'string' ? ` ${reply.body['error']}` : '';
  throw new Unavailable(`${what} answered ${reply.status}${error}`, retryAfterSeconds ? { retryAfterSeconds } : {});
};
