/** Owns the moment at which a code is issued: a pending device session begins with it, or a step-up of one that lives. */
import type { AdapterPayload, KoaContextWithOIDC } from 'oidc-provider';
import { sha256 } from '../digests.ts';
import type { GrantFacts } from '../sessions/device-session.ts';
import { pendingSession } from '../sessions/sessions.ts';
import { deviceFacts } from './device.ts';
import { isStepUp } from './grant-id.ts';
import { Provider } from './library.ts';
import { loginOf } from './login-result.ts';
import type { StepUpGrant } from './models-session.ts';
import { authenticatedFor } from './models-sso.ts';
import type { OidcParts } from './parts.ts';
import { type Unit, unitOf } from './unit-of-work.ts';

const grantOf = (ctx: KoaContextWithOIDC): GrantFacts => {
  const { openid, resources, rejected } = ctx.oidc.entities.Grant as unknown as GrantFacts;
  return structuredClone({
    ...(openid ? { openid } : {}),
    ...(resources ? { resources } : {}),
    ...(rejected ? { rejected } : {}),
  });
};

/** The browser session as it stands at the end of this request. */
const browserOf = (ctx: KoaContextWithOIDC, unit: Unit) => {
  const login = loginOf(ctx);
  return {
    uid: String((ctx.oidc.session as { uid?: string } | undefined)?.uid),
    marks: login?.marks ?? unit.sso?.marksAnswered ?? 0,
    epoch: login?.epoch ?? unit.sso?.epoch ?? 0,
  };
};

/** Whether the person authenticated for this app: now, or when the browser session last did. */
const wasHere = (ctx: KoaContextWithOIDC, unit: Unit): boolean =>
  loginOf(ctx) !== undefined || authenticatedFor(unit.sso) === ctx.oidc.client?.clientId;

const stepUp = (parts: OidcParts, ctx: KoaContextWithOIDC, payload: AdapterPayload) => {
  const unit = unitOf(ctx);
  const { uid: ssoUid, marks, epoch } = browserOf(ctx, unit);
  const here = wasHere(ctx, unit);
  const kept: StepUpGrant = { grant: grantOf(ctx), event: { acr: payload.acr, authTime: payload.authTime, here } };
  const lasts = parts.lifetimesOf(String(payload.clientId))?.accessTokenSeconds ?? 0;
  unit.put.push({
    kind: 'step_up',
    id: String(payload.grantId),
    payload: { ...kept },
    expiresAt: (payload.exp ?? unit.now) + lasts,
  });
  const resources = Object.keys(kept.grant.resources ?? {});
  return { stepUp: { ssoUid, marks, epoch, here, resources, acr: payload.acr } };
};

const begin = async (
  parts: OidcParts,
  ctx: KoaContextWithOIDC,
  id: string,
  payload: AdapterPayload,
): Promise<object> => {
  const unit = unitOf(ctx);
  const accountId = String(payload.accountId);
  unit.begin = pendingSession({
    sid: String(payload.grantId),
    accountId,
    clientId: String(payload.clientId),
    sso: browserOf(ctx, unit),
    authTime: payload.authTime ?? unit.now,
    authenticatedHere: wasHere(ctx, unit),
    acr: payload.acr,
    amr: payload.amr,
    device: await deviceFacts(parts, ctx, accountId),
    grant: grantOf(ctx),
    codeHash: sha256(id),
    codeExpiresAt: payload.exp ?? unit.now,
    now: unit.now,
  });
  return {};
};

/**
 * What the ID token will say of the person, read with the sign-in and sealed in the code: its exchange needs no look at
 * the account. Whoever disables one ends its sessions, those that wait for their code too.
 */
const claimsFor = async (ctx: KoaContextWithOIDC, scope = ''): Promise<object> =>
  (await ctx.oidc.account?.claims('id_token', scope, {}, [])) ?? {};

/** Called as the code is saved; the commit of the request writes it. */
export const beginFromCode = async (
  parts: OidcParts,
  id: string,
  payload: AdapterPayload,
  stored: Record<string, unknown>,
): Promise<void> => {
  const ctx = Provider.ctx;
  if (!ctx) throw new Error('a code was issued outside a request');
  const extras = isStepUp(String(payload.grantId)) ? stepUp(parts, ctx, payload) : await begin(parts, ctx, id, payload);
  // Not as `claims`: that is the library's, for what was asked.
  const told = await claimsFor(ctx, payload.scope);
  unitOf(ctx).put.push({ kind: 'code', id, payload: { ...stored, ...extras, told }, expiresAt: payload.exp ?? 0 });
};
