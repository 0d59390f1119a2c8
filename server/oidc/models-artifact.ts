/** Owns how oidc-provider's short-lived models are kept: codes, access tokens, interactions, pushed requests, proofs. */
import type { AdapterPayload } from 'oidc-provider';
import { randomId } from '../digests.ts';
import type { ArtifactKind, StoredArtifact } from '../sessions/store.ts';
import { keepAccessToken } from './access-tokens.ts';
import { beginFromCode } from './begin.ts';
import { sidInCode } from './code-text.ts';
import { isStepUp } from './grant-id.ts';
import { errors } from './library.ts';
import { type Model, notHere } from './model.ts';
import type { OidcParts } from './parts.ts';
import { readSession } from './read-session.ts';
import { showToken } from './shown-token.ts';
import { type CodeExchange, currentUnit, type Unit } from './unit-of-work.ts';

/** The id is the credential: it is never part of what is stored under it. */
const withoutId = ({ jti: _jti, ...payload }: AdapterPayload): Record<string, unknown> =>
  payload as Record<string, unknown>;

export const accessTokenModel = (parts: OidcParts): Model => ({
  ...notHere,
  async upsert(id, payload) {
    const unit = currentUnit();
    if (!unit) throw new Error('an access token was issued outside a request');
    keepAccessToken(unit, id, payload);
  },
  async find(id) {
    const shown = await showToken(parts, id);
    if (!shown) return undefined;
    currentUnit()?.places.set(id, shown.place);
    return { ...(shown.payload as AdapterPayload), jti: id, kind: 'AccessToken', format: 'opaque' };
  },
  // Revoking an access token ends its session, and with it the token.
  async destroy() {},
});

const codePayload = (id: string, stored: StoredArtifact, sid: string, spent: boolean): AdapterPayload => ({
  ...(stored.payload as AdapterPayload),
  jti: id,
  kind: 'AuthorizationCode',
  sid,
  ...(spent ? { consumed: true } : {}),
});

type CodeExtras = Pick<CodeExchange, 'stepUp' | 'told'>;

const findCode = async (parts: OidcParts, unit: Unit, id: string): Promise<AdapterPayload | undefined> => {
  const code = { kind: 'code', id } as const;
  const sid = sidInCode(id);
  if (sid === undefined) return undefined;
  // Side by side: which of the two is older does not matter, since the session's step from pending to live decides.
  const [stored, session] = await Promise.all([parts.store.artifacts.find(code, unit.now), readSession(parts, sid)]);
  if (!stored || !session) return undefined;
  const grantId = String(stored.payload['grantId']);
  parts.stragglers.saw(id);
  const spent = isStepUp(grantId) ? stored.spent : session.status !== 'pending';
  const spentAtMs = isStepUp(grantId) ? stored.spentAtMs : session.exchangedAtMs;
  if (spent && parts.stragglers.isOne(id, unit, spentAtMs)) return undefined;
  const { stepUp, told } = stored.payload as unknown as CodeExtras;
  unit.exchange = { session, code, told, salt: randomId(), ...(stepUp ? { stepUp } : {}) };
  return codePayload(id, stored, session.sid, spent);
};

export const codeModel = (parts: OidcParts): Model => ({
  ...notHere,
  upsert: async (id, payload) => beginFromCode(parts, id, payload, withoutId(payload)),
  async find(id) {
    const unit = currentUnit();
    return unit && findCode(parts, unit, id);
  },
  async consume() {
    const unit = currentUnit();
    // A sign-in's code is consumed by its session's step from pending to live.
    if (unit?.exchange?.stepUp) unit.spend.push(unit.exchange.code);
  },
});

/**
 * A pushed request opens nothing after its minute, by its own `exp`. Its row stays for those who opened it in time and
 * are still being asked: of their answers, one spends it. Three pages, an hour each, and no longer: anyone can push.
 */
const PUSHED_REQUEST_KEPT_SECONDS = 60 + 3 * 60 * 60;

/** Characters of JSON. Anyone can ask, and what is asked is kept: an honest request, hints and claims included, is half of it. */
const LONGEST_REQUEST = 16_384;

const refuseLong = (payload: AdapterPayload): void => {
  if (JSON.stringify(payload).length > LONGEST_REQUEST) throw new errors.InvalidRequest('the request is too long');
};

/** Interactions and pushed requests: written with the request that makes them, spent once. */
export const singleUseModel = (
  parts: OidcParts,
  kind: ArtifactKind & ('interaction' | 'pushed_request'),
  name: string,
): Model => {
  const spend = async (id: string): Promise<void> => {
    const unit = currentUnit();
    if (unit) unit.spend.push({ kind, id });
    else await parts.store.artifacts.spend({ kind, id }, parts.clock.now(), parts.clock.nowMs());
  };
  return {
    ...notHere,
    async upsert(id, payload, expiresIn = 0) {
      refuseLong(payload);
      const kept = kind === 'pushed_request' ? PUSHED_REQUEST_KEPT_SECONDS : expiresIn;
      const artifact = { kind, id, payload: withoutId(payload), expiresAt: parts.clock.now() + kept };
      const unit = currentUnit();
      if (unit) unit.put.push(artifact);
      else await parts.store.artifacts.put(artifact);
    },
    async find(id) {
      const stored = await parts.store.artifacts.find({ kind, id }, parts.clock.now());
      if (!stored || (stored.spent && kind === 'interaction')) return undefined;
      return { ...stored.payload, jti: id, kind: name, ...(stored.spent ? { consumed: true } : {}) } as AdapterPayload;
    },
    consume: spend,
    destroy: spend,
  };
};

/** DPoP proofs and client assertions: the insert decides, at the commit. */
export const replayModel = (parts: OidcParts): Model => ({
  ...notHere,
  async upsert(id, _payload, expiresIn = 0) {
    const unit = currentUnit();
    // A proof may be from a clock that runs ahead by as much as it may run behind: the library's time is half of that.
    const proof = { kind: 'proof', id, payload: {}, expiresAt: parts.clock.now() + 2 * expiresIn } as const;
    if (!unit) throw new Error('a proof was shown outside a request');
    unit.proofs.push(proof);
  },
});
