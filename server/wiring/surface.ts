/** Owns what is reachable over HTTP: the protocol, the hosted pages, the account API and the health routes, joined. */
import type { Middleware } from 'koa';
import { createFailurePage } from '../../interactions/failures.ts';
import { createPages, type Pages } from '../../interactions/pages.ts';
import type { SignIn } from '../../interactions/port.ts';
import { createInteractionRouter } from '../../interactions/router.ts';
import { createSecurityHeaders } from '../../interactions/security-headers.ts';
import type { Config } from '../config.ts';
import type { Core } from '../core.ts';
import type { Log } from '../log.ts';
import { edge } from '../middleware/edge.ts';
import { failurePages } from '../middleware/failure-pages.ts';
import { unreadBody } from '../middleware/unread-body.ts';
import { createAuthenticate } from '../oidc/bearer.ts';
import { platformName } from '../oidc/device.ts';
import { createInteractions } from '../oidc/interactions.ts';
import type { OidcParts } from '../oidc/parts.ts';
import { createProtocol, type Protocol, type Tamper } from '../oidc/provider.ts';
import { createAuthenticateService } from '../oidc/service-tokens.ts';
import type { Readiness } from '../readiness.ts';
import { createAccountApi } from '../routes/account.ts';
import { createHealthRoutes } from '../routes/health.ts';
import { createSsfRoutes } from '../routes/ssf.ts';
import { libraryPages } from './page-hooks.ts';
import type { Streams } from './streams.ts';

/** Offline tokens are those of resources that take JWTs: nobody can take those back. */
const hasOfflineTokens =
  (config: Config) =>
  ({ grant }: { readonly grant: { readonly resources?: Readonly<Record<string, string>> } }): boolean =>
    Object.keys(grant.resources ?? {}).some((resource) => config.resources[resource]?.accessTokenFormat === 'jwt');

export interface Surface {
  readonly parts: OidcParts;
  readonly core: Core;
  readonly signIn: SignIn;
  readonly readiness: Readiness;
  readonly streams: Streams;
  readonly tamper: Tamper | undefined;
}

const logsFailures =
  (log: Log) =>
  (error: unknown, correlationId: string): void =>
    log.warn('answered with an error page', { correlationId, error });

const accountApi = (parts: OidcParts, core: Core) =>
  createAccountApi({
    ...core,
    issuer: parts.config.issuer,
    authenticate: createAuthenticate(parts),
    hasOfflineTokens: hasOfflineTokens(parts.config),
    browserName: platformName,
    clock: parts.clock,
    log: parts.log,
  });

const ssfApi = ({ parts, streams: { management, polling } }: Surface) =>
  createSsfRoutes({
    issuer: parts.config.issuer,
    authenticate: createAuthenticateService(parts),
    management,
    polling,
    log: parts.log,
  });

/** Routes that are all below some paths are not asked about any other. */
const under = (paths: readonly string[], routes: Middleware): Middleware => {
  const isBelow = (path: string): boolean => paths.some((start) => path.startsWith(start));
  return (ctx, next) => (isBelow(ctx.path.toLowerCase()) ? routes(ctx, next) : next());
};

/** What a request meets before the protocol's endpoints, in this order. */
const frontOf = (surface: Surface, pages: Pages): Middleware[] => {
  const { parts, core, readiness } = surface;
  return [
    edge(parts.config.issuer, parts.config.trustedProxies),
    createSecurityHeaders({ issuer: parts.config.issuer }).middleware,
    failurePages(createFailurePage({ pages, log: logsFailures(parts.log) })),
    unreadBody,
    under(['/health'], createHealthRoutes(readiness).routes() as Middleware),
    under(['/account'], accountApi(parts, core).routes() as Middleware),
    under(['/ssf', '/.well-known/ssf'], ssfApi(surface).routes() as Middleware),
  ];
};

/** The protocol library's Koa app, with everything of ours in front of its routes. */
export const createSurface = (surface: Surface): Protocol => {
  const { parts, core, signIn, tamper } = surface;
  const { config, log, keys } = parts;
  const pages = createPages({ issuer: config.issuer });
  const library = libraryPages({ pages, log, clientOf: core.clientOf });
  const protocol = createProtocol({
    parts,
    front: frontOf(surface, pages),
    pages: library,
    ...(tamper ? { tamper } : {}),
  });
  const hosted = createInteractionRouter({
    interactions: createInteractions(parts, protocol),
    signIn,
    pages,
    csrfKey: keys.csrf,
    issuer: config.issuer,
    clientAddress: (ctx) => ctx.ip,
    log: logsFailures(log),
  });
  protocol.use(under(['/interaction', '/assets'], hosted.routes() as Middleware));
  return protocol;
};
