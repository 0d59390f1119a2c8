/** Owns the long poll (RFC 8936): one request after another, each with the receipts of the one before. */
import { type HttpRequest, mustBe, type Reply } from '../http.ts';
import { type SecurityEvent, SetError } from './security-event.ts';

export interface PollParts {
  readonly call: (request: HttpRequest) => Promise<Reply>;
  readonly read: (token: string) => Promise<SecurityEvent>;
  readonly take: (event: SecurityEvent) => void;
  readonly onProblem: (problem: unknown) => void;
  readonly signal: AbortSignal;
}

/** What the next request tells the server of the last answer. */
interface Receipts {
  readonly ack: readonly string[];
  readonly setErrs: Readonly<Record<string, { readonly err: string; readonly description: string }>>;
}

const MOST_EVENTS = 100;
/** Longer than a server holds a request. */
const WAIT_SECONDS = 120;

/** In the order of the stream: an object's members have none. */
const inOrder = (events: readonly SecurityEvent[]): readonly SecurityEvent[] =>
  events.toSorted((one, other) => (one.seq ?? 0) - (other.seq ?? 0) || one.issuedAt - other.issuedAt);

const readAll = async ({ read, onProblem }: PollParts, sets: Readonly<Record<string, unknown>>) => {
  const events: SecurityEvent[] = [];
  const setErrs: Record<string, { err: string; description: string }> = {};
  for (const [jti, token] of Object.entries(sets)) {
    try {
      const event = await read(String(token));
      if (event.jti !== jti) throw new SetError('invalid_request', 'the token is another one than it is listed as');
      events.push(event);
    } catch (error) {
      if (!(error instanceof SetError)) throw error;
      onProblem(error);
      setErrs[jti] = { err: error.code, description: error.message };
    }
  }
  return { events: inOrder(events), setErrs };
};

/** One request and what came of it. What is thrown leaves the receipts as they were, to be sent again. */
const pollOnce = async (parts: PollParts, receipts: Receipts): Promise<Receipts> => {
  const body = JSON.stringify({ maxEvents: MOST_EVENTS, returnImmediately: false, ...receipts });
  const reply = await parts.call({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: parts.signal,
    timeoutSeconds: WAIT_SECONDS,
  });
  const { sets } = mustBe(reply, 200, 'the poll') as { readonly sets?: Readonly<Record<string, unknown>> };
  const { events, setErrs } = await readAll(parts, sets ?? {});
  for (const event of events) parts.take(event);
  return { ack: events.map(({ jti }) => jti), setErrs };
};

/** Polls until something fails, or the signal says that it is enough. */
export const pollOn = async (parts: PollParts): Promise<void> => {
  let receipts: Receipts = { ack: [], setErrs: {} };
  while (!parts.signal.aborted) {
    receipts = await pollOnce(parts, receipts);
  }
};
