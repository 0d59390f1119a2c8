/** Owns how an access token is shown to an API of ours: RFC 6750 §2.1 or RFC 9449 §7.1, the Authorization header alone. */
import type { Context } from 'koa';
import { CurfewError } from '../errors.ts';
import { dpopNonces } from './dpop-nonces.ts';
import { checkProof } from './dpop-proof.ts';
import type { OidcParts } from './parts.ts';

export interface Credentials {
  /** In lower case. */
  readonly scheme: string;
  readonly token: string;
}

/** Throws `invalid_token` where there is none. */
export const credentials = (ctx: Context): Credentials => {
  const [scheme = '', token = '', ...more] = ctx.get('authorization').split(' ');
  if (!token || more.length > 0) throw new CurfewError('invalid_token');
  return { scheme: scheme.toLowerCase(), token };
};

/** A token bound to a key is shown with a proof under the DPoP scheme; one that is not, under Bearer. */
export const checkBinding = async (
  parts: OidcParts,
  ctx: Context,
  { scheme, token }: Credentials,
  jkt: string | undefined,
): Promise<void> => {
  const proof = ctx.get('dpop');
  if (jkt === undefined) {
    if (scheme !== 'bearer' || proof)
      throw new CurfewError('invalid_token', { detail: 'the access token is a bearer token' });
    return;
  }
  if (scheme !== 'dpop' || !proof) {
    throw new CurfewError('invalid_token', { detail: 'the access token needs a DPoP proof', members: { dpop: true } });
  }
  const url = `${new URL(parts.config.issuer).origin}${new URL(parts.config.issuer).pathname.replace(/\/$/, '')}${ctx.path}`;
  const { clock, keys, config, store } = parts;
  const nonces = dpopNonces(keys.dpopNonce, clock);
  const next = nonces.next();
  // RFC 9449 §8.2: also with a refusal.
  ctx.set('dpop-nonce', next);
  const proven = await checkProof(
    { artifacts: store.artifacts, clock, nonces, requireNonce: config.dpop.requireNonce },
    { proof, method: ctx.method, url, accessToken: token, jkt },
  );
  if (proven === next) ctx.remove('dpop-nonce');
};

export const requireScope = (held: string | undefined, scope: string): void => {
  if (!held?.split(' ').includes(scope)) throw new CurfewError('insufficient_scope', { members: { scope } });
};
