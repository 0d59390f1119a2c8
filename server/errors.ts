/** Owns every error that leaves the server: stable code, HTTP status, public sentence. Detail goes to the log. */

interface ErrorRow {
  readonly status: number;
  /** What a person or a developer may read. */
  readonly sentence: string;
}

export const ERRORS = {
  unavailable: { status: 503, sentence: 'The server cannot answer right now. Nothing was changed; try again shortly.' },
  too_many: { status: 409, sentence: 'There are as many of these as there may be. Remove one first.' },
  throttled: { status: 429, sentence: 'Too many tries. Wait a little, then try again.' },
  not_found: { status: 404, sentence: 'There is nothing here under this name.' },
  bad_request: { status: 400, sentence: 'The request is not one that this address takes.' },
  forbidden_origin: { status: 403, sentence: 'This form was sent from another site, so it was not acted on.' },
  interaction_expired: {
    status: 400,
    sentence: 'This sign-in took too long, or was begun in another browser. Start again from the app.',
  },
  not_confirmed: {
    status: 403,
    sentence: 'This page shows only after you have confirmed that it is you. Nothing was changed.',
  },
  invalid_token: {
    status: 401,
    sentence: 'The access token is missing, expired, ended or not meant for this address.',
  },
  use_dpop_nonce: { status: 401, sentence: 'The DPoP proof needs the nonce that this answer carries.' },
  insufficient_scope: { status: 403, sentence: 'The access token does not carry the scope that this call needs.' },
  insufficient_user_authentication: { status: 401, sentence: 'This call needs a fresh sign-in.' },
  unknown_account: { status: 404, sentence: 'No such account.' },
  account_exists: { status: 409, sentence: 'An account with this email address exists already.' },
  weak_password: { status: 400, sentence: 'This password is too short, too long, or known from leaks.' },
  wrong_configuration: { status: 500, sentence: 'The configuration is not usable.' },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorDetails {
  /** For the log and, where it names the caller's own input, for the caller. */
  readonly detail?: string;
  readonly cause?: unknown;
  readonly retryAfterSeconds?: number;
  /** Further members of a problem+json answer, such as `acr_values`. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** Throw it; one middleware renders it. */
export class CurfewError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;
  readonly members: Readonly<Record<string, unknown>>;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, { detail, cause, retryAfterSeconds, members = {} }: ErrorDetails = {}) {
    super(detail ?? ERRORS[code].sentence, { cause });
    this.name = 'CurfewError';
    this.code = code;
    this.status = ERRORS[code].status;
    this.retryAfterSeconds = retryAfterSeconds;
    this.members = members;
    this.detail = detail;
  }
}
