/** Owns how a refusal reads on the wire: the challenges of RFC 6750, 9449, 9470 and 9728, and a body for developers. */
import { type Refusal, type RefusalCode, refusalOf, type Scheme } from './refusal.ts';

/** What an answer says of this API, whatever is refused. */
export interface ChallengeParts {
  /** RFC 9728 §5.1. */
  readonly metadataUrl: string;
  readonly dpop: DpopUse;
  readonly dpopAlgorithms: readonly string[];
}

/** `off`: bearer tokens alone. `allowed`: a token that is bound to a key needs a proof. `required`: every token is bound. */
export type DpopUse = 'off' | 'allowed' | 'required';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, as problem details (RFC 9457). */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the caller of the library catches: an answer that is ready to be sent. */
export class AccessError extends Error implements Answer {
  readonly code: RefusalCode;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(refusal: Refusal, { status, headers, body }: Answer) {
    super(refusal.message, { cause: refusal.cause ?? refusal });
    this.name = 'AccessError';
    this.code = refusal.code;
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

const NAMES: Readonly<Record<Scheme, string>> = { bearer: 'Bearer', dpop: 'DPoP' };

/** RFC 6750 §3: nothing but printable ASCII, without the quote and the backslash. */
const quoted = (value: unknown): string => `"${String(value).replace(/[^\x20-\x7e]|["\\]/g, '')}"`;

/** The schemes that could have been used, or the one that was. */
const schemesOf = ({ code, details }: Refusal, shown: Scheme | undefined, dpop: DpopUse): readonly Scheme[] => {
  if (dpop === 'off') return ['bearer'];
  if (dpop === 'required') return ['dpop'];
  if (details.scheme) return [details.scheme];
  return shown && code !== 'no_credentials' ? [shown] : ['bearer', 'dpop'];
};

const challenge = (refusal: Refusal, shown: Scheme | undefined, parts: ChallengeParts): string => {
  const { code, details } = refusal;
  const error = code === 'no_credentials' ? {} : { error: code, error_description: refusal.message };
  return schemesOf(refusal, shown, parts.dpop)
    .map((scheme) => {
      const algs = scheme === 'dpop' ? { algs: parts.dpopAlgorithms.join(' ') } : {};
      const said = { ...error, ...details.members, ...algs, resource_metadata: parts.metadataUrl };
      return `${NAMES[scheme]} ${Object.entries(said)
        .map(([name, value]) => `${name}=${quoted(value)}`)
        .join(', ')}`;
    })
    .join(', ');
};

/** One answer for whatever was thrown. 503 carries no `error` and no challenge: an app must not take it for a sign-out. */
export const answerTo = (
  thrown: unknown,
  shown: Scheme | undefined,
  parts: ChallengeParts,
  more: Readonly<Record<string, string>> = {},
): AccessError => {
  const refusal = refusalOf(thrown);
  const { code, status, sentence, details } = refusal;
  const isOurs = status >= 500;
  const headers = {
    'cache-control': 'no-store',
    'content-type': 'application/problem+json',
    ...(isOurs
      ? { 'retry-after': String(details.retryAfterSeconds ?? 2) }
      : { 'www-authenticate': challenge(refusal, shown, parts) }),
    ...more,
  };
  const detail = details.detail === undefined || isOurs ? {} : { detail: details.detail };
  const error = isOurs || code === 'no_credentials' ? {} : { error: code };
  return new AccessError(refusal, {
    status,
    headers,
    body: { title: sentence, status, ...error, ...detail, ...details.members },
  });
};
