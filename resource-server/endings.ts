/** Owns what the checks ask of whoever hears of endings. Without a stream of events, nothing is heard. */
import type { Access } from './access.ts';

/** What becomes of a signed token: nobody is asked about it unless one of these says so. */
export type SignedVerdict =
  | 'honour'
  /** Its session is over. */
  | 'ended'
  /** It was issued before this process began to listen, or while an event was missed: another one is to be fetched. */
  | 'too_old'
  /** The server is not heard at the moment. */
  | 'not_heard'
  /** As `too_old` or `not_heard`, and the host wants the server asked. */
  | 'introspect';

export interface Endings {
  judge(access: Access): SignedVerdict;
  /** The session of this token is known to be over, whatever the server said a moment ago. */
  isEnded(access: Access): boolean;
  /** Something was heard since then that makes an older answer about this token doubtful. */
  outdates(access: Access, askedAtMs: number): boolean;
  /** How long an introspection's answer may be used, in seconds. */
  cacheSeconds(): number;
}

export const nothingHeard = (cacheSeconds: number): Endings => ({
  judge: () => 'honour',
  isEnded: () => false,
  outdates: () => false,
  cacheSeconds: () => cacheSeconds,
});
