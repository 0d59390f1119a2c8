/**
 * Owns the short way through introspection (RFC 7662): what resource servers ask all day, a registered one about an opaque
 * access token, answered without the protocol library's machinery. Whatever is not plainly that question goes the
 * library's way, body and all, and so does every refusal. Both ways give one answer: test/flows/introspection-ways.test.ts.
 */
import type { IncomingMessage } from 'node:http';
import type { Context, Middleware } from 'koa';
import { parseAccessToken } from '../sessions/access-token.ts';
import { isStepUp } from './grant-id.ts';
import { knownCallers, type Recognise } from './known-callers.ts';
import { grantModel } from './models-session.ts';
import { isServerOf } from './offers.ts';
import type { OidcParts } from './parts.ts';
import { isGone, plainForm, plainLength } from './plain-form.ts';
import { type ShownToken, showToken } from './shown-token.ts';
import { requesterOf } from './unit-of-work.ts';

export const INTROSPECTION_PATH = '/token/introspection';

/** One that has a row. Neither a JWT, a refresh token nor a service token has this shape. */
const DRAWN = /^[A-Za-z0-9_-]{43}$/u;

const isOpaque = (token: string): boolean => DRAWN.test(token) || parseAccessToken(token) !== undefined;

interface Question {
  readonly caller: string;
  readonly token: string;
}

/** Undefined: it is not plainly one. */
const questionIn = async (req: IncomingMessage, callerOf: Recognise): Promise<Question | undefined> => {
  const length = plainLength(req);
  const caller = length === undefined ? undefined : callerOf(req.headers.authorization);
  if (length === undefined || caller === undefined) return undefined;
  const form = await plainForm(req, length, ['token', 'token_type_hint']);
  return form?.token !== undefined && isOpaque(form.token) ? { caller, token: form.token } : undefined;
};

/** RFC 7662 §2.2. What is absent is left out as the body is written. */
const answerOf = ({ payload }: ShownToken, iss: string) => ({
  active: true,
  sub: payload.accountId,
  ...payload.extra,
  client_id: payload.clientId,
  exp: payload.exp,
  iat: payload.iat,
  sid: payload.sid,
  iss,
  aud: payload.aud,
  scope: payload.scope || undefined,
  cnf: payload.jkt === undefined ? undefined : { jkt: payload.jkt },
  token_type: payload.jkt === undefined ? 'Bearer' : 'DPoP',
});

const INACTIVE = { active: false };

export const shortIntrospection = (parts: OidcParts): Middleware => {
  const { config, clock, sessions } = parts;
  const callerOf = knownCallers(config.clients);
  const grants = grantModel(parts);

  /** A step-up's token hangs on a grant of its own. */
  const isGranted = async ({ payload }: ShownToken): Promise<boolean> =>
    !isStepUp(payload.grantId) || (await grants.find(payload.grantId)) !== undefined;

  const answer = async (ctx: Context, { caller, token }: Question): Promise<object> => {
    const shown = await showToken(parts, token);
    if (
      !shown ||
      shown.payload.exp <= clock.now() ||
      !(await isGranted(shown)) ||
      !isServerOf(parts, caller, shown.payload.aud)
    )
      return INACTIVE;
    return (await sessions.use(shown.session, shown.place, requesterOf(ctx)))
      ? answerOf(shown, config.issuer)
      : INACTIVE;
  };

  return async (ctx, next) => {
    const question = await questionIn(ctx.req, callerOf);
    if (!question) return isGone(ctx.req) ? undefined : next();
    // The route, as the library's router would have written it down.
    ctx['_matchedRoute'] = INTROSPECTION_PATH;
    ctx.set('cache-control', 'no-store');
    ctx.body = await answer(ctx, question);
  };
};
