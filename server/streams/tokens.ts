/** Owns what is sent: security event tokens (RFC 8417, SSF 1.0 §4) and logout tokens (OIDC Back-Channel Logout 1.0 §2.4). */
import { importJWK, type JWK, SignJWT } from 'jose';
import { randomId } from '../digests.ts';
import type { SigningKeyRecord } from '../keys.ts';
import type { Clock } from '../sessions/time.ts';
import type { Item, Stream } from './stream.ts';

type Algorithm = SigningKeyRecord['alg'];

export interface TokenParts {
  readonly issuer: string;
  readonly clock: Clock;
  /** The private signing keys, those that sign before the others. */
  readonly keys: () => readonly JWK[];
  /** What a client's ID tokens are signed with: so are its logout tokens. */
  readonly logoutAlgorithmOf: (clientId: string) => Algorithm;
}

export interface StreamTokens {
  sign(stream: Stream, item: Item): Promise<string>;
}

/** CAEP interoperability profile, "Event Signatures". */
const SET_ALGORITHM = 'RS256';
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** Each try has a token, and a `jti`, of its own: an old one is of no use to whoever finds it, and a second is no replay. */
const LOGOUT_TOKEN_SECONDS = 120;

export const jtiOf = (stream: Pick<Stream, 'id'>, item: Pick<Item, 'id'>): string => `${stream.id}.${item.id}`;

const subjectOf = (issuer: string, { id }: Stream, { subject }: Item) => {
  if (subject === 'stream') return { format: 'opaque', id };
  return {
    format: 'complex',
    user: { format: 'iss_sub', iss: issuer, sub: subject.account },
    ...(subject.sid === undefined ? {} : { session: { format: 'opaque', id: subject.sid } }),
  };
};

const eventToken = (issuer: string, stream: Stream, item: Item) => ({
  txn: item.place === undefined ? jtiOf(stream, item) : String(item.place),
  ...(item.seq === undefined ? {} : { seq: item.seq }),
  sub_id: subjectOf(issuer, stream, item),
  events: { [item.event.type]: item.event.claims },
});

const logoutToken = (now: number, { subject }: Item) => ({
  exp: now + LOGOUT_TOKEN_SECONDS,
  ...(subject === 'stream' ? {} : { sub: subject.account, sid: subject.sid }),
  events: { [LOGOUT_EVENT]: {} },
});

export const createStreamTokens = ({ issuer, clock, keys, logoutAlgorithmOf }: TokenParts): StreamTokens => {
  const imported = new Map<string, ReturnType<typeof importJWK>>();

  const signer = async (alg: Algorithm) => {
    const jwk = keys().find((key) => key.alg === alg);
    if (!jwk?.kid) throw new Error(`there is no ${alg} key to sign with`);
    const known = imported.get(jwk.kid) ?? importJWK(jwk, alg);
    imported.set(jwk.kid, known);
    return { kid: jwk.kid, key: await known };
  };

  return {
    async sign(stream, item) {
      const isLogout = stream.kind === 'logout';
      const now = clock.now();
      const alg = isLogout ? logoutAlgorithmOf(stream.clientId) : SET_ALGORITHM;
      const { kid, key } = await signer(alg);
      const claims = isLogout ? logoutToken(now, item) : eventToken(issuer, stream, item);
      return new SignJWT(claims)
        .setProtectedHeader({ alg, kid, typ: isLogout ? 'logout+jwt' : 'secevent+jwt' })
        .setIssuer(issuer)
        .setAudience(stream.clientId)
        .setIssuedAt(now)
        .setJti(isLogout ? randomId() : jtiOf(stream, item))
        .sign(key);
    },
  };
};
