/** Owns what an API learns of a caller: the same facts, whether a signature or an introspection vouches for them. */
import { Refusal } from './refusal.ts';

export type Claims = Readonly<Record<string, unknown>>;

export interface Access {
  /** The person: never given to another one. */
  readonly sub: string;
  /** The app. */
  readonly clientId: string;
  /** The device session that the token belongs to; undefined where the server has none. */
  readonly sid: string | undefined;
  readonly scopes: ReadonlySet<string>;
  /** How the person signed in (RFC 9470), and when, in seconds since 1970. */
  readonly acr: string | undefined;
  readonly amr: readonly string[];
  readonly authTime: number | undefined;
  /** Seconds since 1970. */
  readonly issuedAt: number | undefined;
  readonly expiresAt: number;
  /** The thumbprint of the key that the token is bound to (RFC 9449). */
  readonly jkt: string | undefined;
  /** Everything that the token, or the introspection, says. */
  readonly claims: Claims;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** Throws where the token is bound to something that this library cannot check: unbound is what it must not become. */
const boundKey = (confirmation: unknown): string | undefined => {
  if (confirmation === undefined) return undefined;
  const jkt = text((confirmation as { jkt?: unknown } | null)?.jkt);
  if (!jkt)
    throw new Refusal('invalid_token', { detail: 'the access token is bound in a way that this API cannot check' });
  return jkt;
};

export const accessOf = (claims: Claims): Access => {
  const [sub, clientId, expiresAt] = [text(claims['sub']), text(claims['client_id']), number(claims['exp'])];
  if (!sub || !clientId || expiresAt === undefined) {
    throw new Refusal('invalid_token', {
      detail: 'the access token does not say whose it is, for which app, until when',
    });
  }
  const { amr } = claims;
  return {
    sub,
    clientId,
    sid: text(claims['sid']),
    scopes: new Set(text(claims['scope'])?.split(' ') ?? []),
    acr: text(claims['acr']),
    amr: Array.isArray(amr) ? amr.filter((one) => typeof one === 'string') : [],
    authTime: number(claims['auth_time']),
    issuedAt: number(claims['iat']),
    expiresAt,
    jkt: boundKey(claims['cnf']),
    claims,
  };
};
