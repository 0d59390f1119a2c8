/** Owns the assembly of the protocol side: the library, its configuration, and the unit of work around its endpoints. */
import type { EventEmitter } from 'node:events';
import type { Context, Middleware } from 'koa';
import type { Configuration, KoaContextWithOIDC, Provider as ProviderType } from 'oidc-provider';
import { CurfewError } from '../errors.ts';
import type { Refusal } from '../sessions/store.ts';
import { nameAccessTokens } from './access-tokens.ts';
import { answerRefusal, answerUnavailable, isForPrograms, mendAnswer } from './answers.ts';
import { nameCodes } from './code-text.ts';
import { commit, isCommitted } from './commit.ts';
import { type LibraryPages, providerConfiguration } from './configuration.ts';
import { INTROSPECTION_PATH, shortIntrospection } from './introspection.ts';
import { errors, Provider } from './library.ts';
import { computeRefreshTokens } from './next-token.ts';
import type { OidcParts } from './parts.ts';
import { shortRefresh, TOKEN_PATH } from './refresh.ts';
import { nameServiceTokens } from './service-tokens.ts';
import { signedTokens } from './signed-tokens.ts';
import { jwtSigner } from './signing.ts';
import { openUnit, type Unit } from './unit-of-work.ts';

/** The library's Koa app. */
export type Protocol = ProviderType;

/** Changes the library's configuration before it is used: tests plant exceptions in every hook with it. */
export type Tamper = (configuration: Configuration) => Configuration;

export interface ProtocolOptions {
  readonly parts: OidcParts;
  readonly pages: LibraryPages;
  /** What a request meets before the protocol endpoints. */
  readonly front: readonly Middleware[];
  readonly tamper?: Tamper;
}

/** Requests that a fault ended, with the fault. */
type Failures = WeakMap<object, unknown>;

/** Nothing of a failed request was written, so the browser stays as it was too: what led here can be asked again. */
const keepBrowserAsItWas =
  (failures: Failures): Middleware =>
  async (ctx, next) => {
    const withhold = (): void => {
      ctx.remove('location');
      ctx.remove('set-cookie');
    };
    try {
      await next();
    } catch (error) {
      withhold();
      throw error;
    }
    if (failures.has(ctx)) withhold();
  };

const ERROR_EVENTS = [
  'grant.error',
  'introspection.error',
  'revocation.error',
  'userinfo.error',
  'pushed_authorization_request.error',
  'authorization.error',
  'end_session.error',
  'end_session_confirm.error',
] as const;

/** The library sends an error under the status and words that it carries. Those of a stranger's (of a host's database driver, say) are no verdict. */
const noteFailures = (provider: ProviderType): Failures => {
  const failures: Failures = new WeakMap();
  provider.on('server_error', (ctx, error) => failures.set(ctx, error));
  const note = (ctx: object, error: unknown): void => {
    if (!(error instanceof errors.OIDCProviderError)) failures.set(ctx, error);
  };
  for (const event of ERROR_EVENTS) provider.on(event as 'grant.error', note);
  return failures;
};

/** A browser gets a page: the error is rendered by the pages' own middleware further out. */
const refuse = (ctx: Context, refusal: Refusal): void => {
  if (!isForPrograms(ctx)) throw new CurfewError('interaction_expired');
  answerRefusal(ctx, refusal);
};

const settle = async (parts: OidcParts, ctx: Context, unit: Unit): Promise<void> => {
  const refusal = await commit(parts, unit);
  if (refusal) refuse(ctx, refusal);
  else if (unit.exchange) await parts.stragglers.takeIn(unit.exchange.code.id);
};

/** Runs the library's handler, then writes what it wants written, then lets the reply go. */
const unitOfWork = (parts: OidcParts, failures: Failures): Middleware => {
  const answerSigned = signedTokens(parts);
  return async (ctx, next) => {
    const unit: Unit = openUnit(ctx, parts.clock);
    await next();
    if (failures.has(ctx)) return;
    if (isForPrograms(ctx) && ctx.status < 500) {
      await answerSigned(ctx);
      mendAnswer(ctx);
    }
    if (!isCommitted(ctx)) return;
    await settle(parts, ctx, unit);
  };
};

/** Around what programs call: whatever goes wrong here, or in a hook, or in the store, is no verdict on a token. */
const unavailableIsNotInvalid =
  (parts: OidcParts, failures: Failures): Middleware =>
  async (ctx, next) => {
    try {
      await next();
    } catch (cause) {
      return answerUnavailable(ctx, parts.log, cause);
    }
    if (ctx.status >= 500 || failures.has(ctx)) answerUnavailable(ctx, parts.log, failures.get(ctx));
  };

/** A key whose tokens are all over is kept for the hints that were signed with it: nobody else is to believe it. */
const publishedKeys =
  ({ published }: OidcParts): Middleware =>
  async (ctx, next) => {
    await next();
    if ((ctx as Partial<KoaContextWithOIDC>).oidc?.route !== 'jwks' || ctx.status !== 200) return;
    const { keys } = ctx.body as { readonly keys: readonly { readonly kid: string }[] };
    const { type } = ctx;
    ctx.body = { keys: keys.filter(({ kid }) => published.has(kid)) };
    ctx.type = type;
  };

/** What programs ask all day. */
const shortWays = (parts: OidcParts, configuration: Configuration): Middleware => {
  const ways: ReadonlyMap<string, Middleware> = new Map([
    [INTROSPECTION_PATH, shortIntrospection(parts)],
    [TOKEN_PATH, shortRefresh(parts, jwtSigner(configuration))],
  ]);
  return (ctx, next) => ways.get(ctx.path)?.(ctx, next) ?? next();
};

export const createProtocol = ({ parts, pages, front, tamper = (same) => same }: ProtocolOptions): ProviderType => {
  const configuration = tamper(providerConfiguration(parts, pages));
  const provider = new Provider(parts.config.issuer, configuration);
  computeRefreshTokens(provider, parts);
  nameCodes(provider);
  nameAccessTokens(provider, parts);
  nameServiceTokens(provider);
  const failures = noteFailures(provider);
  // Without a listener Koa prints what a broken connection throws, with its stack, beside the log.
  (provider as unknown as EventEmitter).on('error', (error: unknown, ctx?: Context) =>
    parts.log.info('a connection broke', { path: ctx?.path, error }),
  );
  // The edge has put the truth into the forwarding headers.
  provider.proxy = true;
  for (const middleware of front) provider.use(middleware);
  const forPrograms = unavailableIsNotInvalid(parts, failures);
  const forBrowsers = keepBrowserAsItWas(failures);
  provider.use(publishedKeys(parts));
  provider.use((ctx, next) => (isForPrograms(ctx) ? forPrograms(ctx, next) : forBrowsers(ctx, next)));
  provider.use(shortWays(parts, configuration));
  provider.use(unitOfWork(parts, failures));
  return provider;
};
