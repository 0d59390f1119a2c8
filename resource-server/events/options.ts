/** Owns what may be said of the stream of events. */
import type { SecurityEvent } from './security-event.ts';

export interface EventOptions {
  /**
   * `poll` (RFC 8936): this process asks, and the server answers when there is something. The default; nothing to open.
   * `push` (RFC 8935): the server calls `url`, where the host mounts `events.push`.
   */
  readonly delivery?:
    | { readonly method: 'poll' }
    | {
        readonly method: 'push';
        readonly url: string;
        /** What the server sends as Authorization; drawn anew by each process unless it is given. */
        readonly authorization?: string;
      };
  /** Tells the streams of one client apart. Each process of an API needs one of its own. */
  readonly name?: string;
  /**
   * What becomes of signed tokens that the stream cannot vouch for. `refuse`: 503 while the server is not heard, 401 for
   * tokens that are older than what was heard. `introspect`: the server is asked. `accept`: as if there were no stream.
   */
  readonly whileNotInSync?: 'refuse' | 'introspect' | 'accept';
  /** Not in sync after so long without a proof that everything was heard: 60 s. */
  readonly silenceSeconds?: number;
  /** How often the server is asked for such a proof: 20 s. */
  readonly verifySeconds?: number;
  /** The longest life of an access token of this issuer: endings are remembered as long. 24 h. */
  readonly longestTokenSeconds?: number;
  /** Endings that are remembered: 100,000. Beyond it, tokens as old as the ones forgotten are refused. */
  readonly mostEndings?: number;
  /** Told of every event, after it took effect. */
  readonly onEvent?: (event: SecurityEvent) => void;
}
