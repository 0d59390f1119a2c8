/** Owns a receiver for the while of a trial: it polls as an API does, and notes when it heard of which session. */
import { decodeJwt } from 'jose';
import type { TrialServer } from './trial-server.ts';

export interface TrialListener {
  /** When it heard that a session ended, by performance.now(). */
  heard(sid: string): Promise<number>;
  /** Hangs up, and hears nothing until `comeBack`. */
  dropOut(): Promise<void>;
  comeBack(): void;
  /** The stream is removed. */
  close(): Promise<void>;
}

const POLL = 'urn:ietf:rfc:8936';

const sidIn = (token: string): string | undefined => {
  const { sub_id: subject } = decodeJwt<{ sub_id?: { session?: { id?: string } } }>(token);
  return subject?.session?.id;
};

/** Half of what the server gives a token. */
const RENEW_MS = 5 * 60 * 1000;

const renewed = (server: TrialServer) => {
  let held: { readonly token: string; readonly until: number } | undefined;
  return async (): Promise<string> => {
    if (held === undefined || performance.now() > held.until)
      held = { token: await server.serviceToken(), until: performance.now() + RENEW_MS };
    return held.token;
  };
};

/** When each session was heard of. */
const createNotes = () => {
  const heard = new Map<string, PromiseWithResolvers<number>>();
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {});
  const of = (sid: string): PromiseWithResolvers<number> => {
    const known = heard.get(sid) ?? Promise.withResolvers<number>();
    heard.set(sid, known);
    return known;
  };
  return {
    note: (sid: string): void => of(sid).resolve(performance.now()),
    fail: (error: unknown): void => failure.reject(error),
    heard: (sid: string): Promise<number> => Promise.race([of(sid).promise, failure.promise]),
  };
};

export const trialListener = async (server: TrialServer): Promise<TrialListener> => {
  const token = renewed(server);
  const made = { delivery: { method: POLL }, description: 'curfew verify-revocation' };
  const { stream_id: id } = await server.call('POST', '/streams', await token(), made);
  const notes = createNotes();
  let leaving = new AbortController();
  let polling: Promise<void> = Promise.resolve();
  let ack: readonly string[] = [];

  const poll = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const answer = await server.call('POST', `/poll/${id}`, await token(), { ack, maxEvents: 100 }, signal);
      const sets = Object.entries(answer['sets'] as Record<string, string>);
      for (const sid of sets.map(([, text]) => sidIn(text))) if (sid !== undefined) notes.note(sid);
      ack = sets.map(([jti]) => jti);
    }
  };
  const begin = (): void => {
    leaving = new AbortController();
    const { signal } = leaving;
    polling = poll(signal).catch((error: unknown) => {
      if (!signal.aborted) notes.fail(error);
    });
  };
  const hangUp = async (): Promise<void> => {
    leaving.abort();
    await polling;
  };

  begin();
  return {
    heard: notes.heard,
    dropOut: hangUp,
    comeBack: begin,
    async close() {
      await hangUp();
      await server.call('DELETE', `/streams?stream_id=${id}`, await token());
    },
  };
};
