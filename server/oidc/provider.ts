/** Owns the assembly of the protocol side: the library, its configuration, and the unit of work around its endpoints. */
import type { Context, Middleware } from 'koa';
import type { Configuration, Provider as ProviderType } from 'oidc-provider';
import { CurfewError } from '../errors.ts';
import { answerRefusal, answerUnavailable, isForPrograms, mendAnswer } from './answers.ts';
import { commit, isCommitted } from './commit.ts';
import { type LibraryPages, providerConfiguration } from './configuration.ts';
import { Provider } from './library.ts';
import { computeRefreshTokens } from './next-token.ts';
import type { OidcParts } from './parts.ts';
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

/** A browser gets a page: the error is rendered by the pages' own middleware further out. */
const refusePage = (ctx: Context): never => {
  ctx.remove('location');
  ctx.remove('set-cookie');
  throw new CurfewError('interaction_expired');
};

/** Runs the library's handler, then writes what it wants written, then lets the reply go. */
const unitOfWork =
  (parts: OidcParts): Middleware =>
  async (ctx, next) => {
    const unit: Unit = openUnit(ctx, {
      now: parts.clock.now(),
      arrivedAtMs: parts.clock.nowMs(),
      address: ctx.ip,
      userAgent: ctx.get('user-agent').slice(0, 200),
    });
    await next();
    if (isForPrograms(ctx) && ctx.status < 500) mendAnswer(ctx);
    if (!isCommitted(ctx)) return;
    const refusal = await commit(parts, unit);
    if (!refusal) return;
    if (!isForPrograms(ctx)) refusePage(ctx);
    answerRefusal(ctx, refusal);
  };

/** Outermost around what programs call: whatever goes wrong here, or in a hook, or in the store, is no verdict on a token. */
const unavailableIsNotInvalid =
  (parts: OidcParts, failures: WeakMap<object, unknown>): Middleware =>
  async (ctx, next) => {
    if (!isForPrograms(ctx)) return next();
    try {
      await next();
    } catch (cause) {
      return answerUnavailable(ctx, parts.log, cause);
    }
    if (ctx.status >= 500) answerUnavailable(ctx, parts.log, failures.get(ctx));
  };

export const createProtocol = ({ parts, pages, front, tamper = (same) => same }: ProtocolOptions): ProviderType => {
  const provider = new Provider(parts.config.issuer, tamper(providerConfiguration(parts, pages)));
  computeRefreshTokens(provider, parts);
  const failures = new WeakMap<object, unknown>();
  provider.on('server_error', (ctx, error) => failures.set(ctx, error));
  // The edge has put the truth into the forwarding headers.
  provider.proxy = true;
  for (const middleware of front) provider.use(middleware);
  provider.use(unavailableIsNotInvalid(parts, failures));
  provider.use(unitOfWork(parts));
  return provider;
};
