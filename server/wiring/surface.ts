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
import type { Readiness } from '../readiness.ts';
import { createAccountApi } from '../routes/account.ts';
import { createHealthRoutes } from '../routes/health.ts';
import { libraryPages } from './page-hooks.ts';

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

/** Routes that are all below one path are not asked about any other. */
const under =
  (path: string, routes: Middleware): Middleware =>
  (ctx, next) =>
    ctx.path.toLowerCase().startsWith(path) ? routes(ctx, next) : next();

/** What a request meets before the protocol's endpoints, in this order. */
const frontOf = ({ parts, core, readiness }: Surface, pages: Pages): Middleware[] => [
  edge(parts.config.issuer, parts.config.trustedProxies),
  createSecurityHeaders({ issuer: parts.config.issuer }).middleware,
  failurePages(createFailurePage({ pages, log: logsFailures(parts.log) })),
  unreadBody,
  under('/health', createHealthRoutes(readiness).routes() as Middleware),
  under('/account', accountApi(parts, core).routes() as Middleware),
];

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
  protocol.use(hosted.routes() as Middleware);
  return protocol;
};
