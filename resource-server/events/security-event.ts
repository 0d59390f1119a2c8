/** Owns the reading of a Security Event Token (RFC 8417) as SSF 1.0 and CAEP 1.0 write it. */
import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { Clock } from '../clock.ts';
import type { Keys } from '../discovery.ts';
import type { Revalidated } from '../revalidated.ts';
import { keyFinder } from '../signed-token.ts';

export interface SecurityEvent {
  /** The URI of what happened. */
  readonly type: string;
  readonly jti: string;
  /** Seconds since 1970, by the server's clock: when the token was made, and when it happened. */
  readonly issuedAt: number;
  readonly at: number;
  /** Whom it is about. Neither, for what is about the stream itself. */
  readonly sub: string | undefined;
  readonly sid: string | undefined;
  /** Its place in the stream, from 1 on, without holes; where the server counts. */
  readonly seq: number | undefined;
  readonly txn: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** RFC 8935 §2.4. */
export type SetErrorCode = 'invalid_request' | 'invalid_key' | 'invalid_issuer' | 'invalid_audience';

export class SetError extends Error {
  readonly code: SetErrorCode;

  constructor(code: SetErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'SetError';
    this.code = code;
  }
}

export interface ReaderParts {
  readonly issuer: string;
  readonly audience: string | readonly string[];
  readonly keys: Revalidated<Keys>;
  readonly clock: Clock;
}

type Members = Readonly<Record<string, unknown>>;

const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** RFC 9493: who, in the formats that say it without doubt. A subject of another issuer is none of ours. */
const subjectOf = (subId: unknown, issuer: string): Pick<SecurityEvent, 'sub' | 'sid'> => {
  const subject = membersOf(subId);
  const user = membersOf(subject['format'] === 'complex' ? subject['user'] : subject);
  const session = membersOf(subject['format'] === 'complex' ? subject['session'] : undefined);
  const isOurs = user['format'] === 'iss_sub' && user['iss'] === issuer;
  return {
    sub: isOurs ? textOf(user['sub']) : undefined,
    sid: session['format'] === 'opaque' ? textOf(session['id']) : undefined,
  };
};

const CODES: Readonly<Record<string, SetErrorCode>> = { iss: 'invalid_issuer', aud: 'invalid_audience' };

const refusal = (error: unknown): unknown => {
  if (!(error instanceof errors.JOSEError)) return error;
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new SetError(CODES[error.claim] ?? 'invalid_request', `the token has a wrong ${error.claim}`, error);
  }
  const isKey = ['ERR_JWKS_NO_MATCHING_KEY', 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'].includes(error.code);
  return new SetError(isKey ? 'invalid_key' : 'invalid_request', 'the token is not one that this issuer signed', error);
};

const eventOf = (payload: JWTPayload, issuer: string): SecurityEvent => {
  const [event, ...more] = Object.entries(membersOf(payload['events']));
  // SSF 1.0 §11.1.5: one event a token.
  if (!event || more.length > 0) throw new SetError('invalid_request', 'the token does not hold one event');
  const [type, data] = [event[0], membersOf(event[1])];
  const { jti = '', iat = 0 } = payload;
  const { event_timestamp: happened } = data;
  const { seq } = payload;
  return {
    type,
    jti,
    issuedAt: iat,
    at: typeof happened === 'number' ? happened : iat,
    ...subjectOf(payload['sub_id'], issuer),
    seq: Number.isSafeInteger(seq) && Number(seq) > 0 ? Number(seq) : undefined,
    txn: textOf(payload['txn']),
    data,
  };
};

/** Gives the event of a token that holds. Throws `SetError`, or `Unavailable` where the keys cannot be had. */
export const createReader = ({ issuer, audience, keys, clock }: ReaderParts) => {
  const find = keyFinder(keys);
  return async (token: string): Promise<SecurityEvent> => {
    try {
      const { payload } = await jwtVerify(token, find, {
        issuer,
        audience: typeof audience === 'string' ? audience : [...audience],
        algorithms: ['RS256'],
        typ: 'secevent+jwt',
        requiredClaims: ['iss', 'aud', 'iat', 'jti', 'events'],
        currentDate: new Date(clock.nowMs()),
      });
      return eventOf(payload, issuer);
    } catch (error) {
      throw refusal(error);
    }
  };
};
