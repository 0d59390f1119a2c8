/** Owns every way in which a call is refused: its code, its status, and what a developer may read of it. */

const REFUSALS = {
  /** Nothing was shown. RFC 6750 §3.1: such an answer names no error. */
  no_credentials: { status: 401, sentence: 'This call needs an access token.' },
  invalid_request: { status: 400, sentence: 'The access token was not sent in a way that this API takes.' },
  invalid_token: { status: 401, sentence: 'The access token is expired, ended, or not meant for this API.' },
  invalid_dpop_proof: { status: 401, sentence: 'The DPoP proof does not fit this request.' },
  use_dpop_nonce: { status: 401, sentence: 'The DPoP proof needs the nonce that comes with this answer.' },
  insufficient_scope: { status: 403, sentence: 'The access token does not carry the scope that this call needs.' },
  insufficient_user_authentication: { status: 401, sentence: 'This call needs a fresher or stronger sign-in.' },
  /** Not the caller's fault, and nothing is known of the token: never a 401, which an app takes for a sign-out. */
  unavailable: { status: 503, sentence: 'The access token cannot be checked right now. Try again shortly.' },
} as const satisfies Record<string, { readonly status: number; readonly sentence: string }>;

export type RefusalCode = keyof typeof REFUSALS;

export interface RefusalDetails {
  /** What exactly is wrong, for the caller's developer. Never holds a credential. */
  readonly detail?: string;
  readonly cause?: unknown;
  /** What the challenge says besides: `scope`, `acr_values`, `max_age`. */
  readonly members?: Readonly<Record<string, string | number>>;
  readonly retryAfterSeconds?: number;
  /** The scheme that the token has to be shown under, where it was not. */
  readonly scheme?: Scheme;
}

export type Scheme = 'bearer' | 'dpop';

/** Thrown inside the library; the caller of it gets an `AccessError`. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly status: number;
  readonly sentence: string;
  readonly details: RefusalDetails;

  constructor(code: RefusalCode, details: RefusalDetails = {}) {
    super(details.detail ?? REFUSALS[code].sentence, { cause: details.cause });
    this.name = 'Refusal';
    this.code = code;
    this.status = REFUSALS[code].status;
    this.sentence = REFUSALS[code].sentence;
    this.details = details;
  }
}

/** The authorization server could not be asked. It says nothing about the token. */
export class Unavailable extends Error {
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, { cause, retryAfterSeconds }: { cause?: unknown; retryAfterSeconds?: number } = {}) {
    super(message, { cause });
    this.name = 'Unavailable';
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const RETRY_AFTER_SECONDS = 2;

/** Whatever was thrown, as a refusal: what nobody foresaw is nobody's wrong token. */
export const refusalOf = (thrown: unknown): Refusal => {
  if (thrown instanceof Refusal) return thrown;
  const retryAfterSeconds = (thrown instanceof Unavailable && thrown.retryAfterSeconds) || RETRY_AFTER_SECONDS;
  return new Refusal('unavailable', { cause: thrown, retryAfterSeconds });
};
