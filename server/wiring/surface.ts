/** Owns what is reachable over HTTP: the protocol, the hosted pages, the account API and the health routes, joined. */
import type { Middleware } from 'koa';
import { createFailurePage, type FailurePage } from '../../interactions/failures.ts';
import { createOwnRouter } from '../../interactions/own-router.ts';
import { createPages } from '../../interactions/pages.ts';
import { createPasswordPages } from '../../interactions/password-pages.ts';
import { createRenderer, type Renderer } from '../../interactions/render.ts';
import { createInteractionRouter } from '../../interactions/router.ts';
import { createSecurityHeaders } from '../../interactions/security-headers.ts';
import { createEnrolment } from '../accounts/enrolment.ts';
import type { Core } from '../core.ts';
import type { Log } from '../log.ts';
import type { Measures } from '../metrics.ts';
import { edge } from '../middleware/edge.ts';
import { failurePages } from '../middleware/failure-pages.ts';
import { observe } from '../middleware/observe.ts';
import { unreadBody } from '../middleware/unread-body.ts';
import { createAuthenticate } from '../oidc/bearer.ts';
import { createInteractions } from '../oidc/interactions.ts';
import { createOwnPages } from '../oidc/own-pages.ts';
import type { OidcParts } from '../oidc/parts.ts';
import { createProtocol, type Protocol, type Tamper } from '../oidc/provider.ts';
import { createAuthenticateService } from '../oidc/service-tokens.ts';
import type { OwnAccount } from '../own-account.ts';
import { OWN_PAGES } from '../own-client.ts';
import type { Readiness } from '../readiness.ts';
import { createAccountApi } from '../routes/account.ts';
import { createAdminApi } from '../routes/admin.ts';
import { createHealthRoutes } from '../routes/health.ts';
import { createSsfRoutes } from '../routes/ssf.ts';
import { browserName } from '../user-agent.ts';
import type { MailParts } from './mail.ts';
import { mailPages } from './mail-pages.ts';
import { libraryPages } from './page-hooks.ts';
import type { Ways } from './people-over.ts';
import type { Streams } from './streams.ts';

export interface Surface extends Ways {
  readonly parts: OidcParts;
  readonly core: Core;
  readonly account: OwnAccount;
  readonly readiness: Readiness;
  readonly streams: Streams;
  readonly mail: MailParts;
  readonly tamper: Tamper | undefined;
  /** Absent: nothing is measured. */
  readonly measures: Measures | undefined;
}

const logsFailures =
  (log: Log) =>
  (error: unknown, correlationId: string): void =>
    log.warn('answered with an error page', { correlationId, error });

const accountApi = ({ parts, account }: Surface) =>
  createAccountApi({
    ...account,
    factors: parts.factors,
    issuer: parts.config.issuer,
    authenticate: createAuthenticate(parts),
    browserName,
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

const adminApi = (parts: OidcParts, core: Core) =>
  createAdminApi({
    ...core,
    issuer: parts.config.issuer,
    authenticate: createAuthenticateService(parts),
    accountExists: async (sub) =>
      ((await parts.people.find(sub)) ?? (await parts.store.accounts.find(sub))) !== undefined,
    browserName,
    log: parts.log,
  });

/** Routes that are all below some paths are not asked about any other. */
const under = (paths: readonly string[], routes: Middleware): Middleware => {
  const isBelow = (path: string): boolean => paths.some((start) => path.startsWith(start));
  return (ctx, next) => (isBelow(ctx.path.toLowerCase()) ? routes(ctx, next) : next());
};

/** What a request meets before the protocol's endpoints, in this order. */
const frontOf = (surface: Surface, fail: FailurePage): Middleware[] => {
  const { parts, core, readiness, measures } = surface;
  return [
    observe(measures),
    edge(parts.config.issuer, parts.config.trustedProxies),
    createSecurityHeaders({ issuer: parts.config.issuer }).middleware,
    failurePages(fail),
    unreadBody,
    under(['/health'], createHealthRoutes(readiness).routes() as Middleware),
    under(['/account'], accountApi(surface).routes() as Middleware),
    under(['/admin'], adminApi(parts, core).routes() as Middleware),
    under(['/ssf', '/.well-known/ssf'], ssfApi(surface).routes() as Middleware),
  ];
};

/** The pages of a person's own account. */
const ownPages = ({ parts, account, desk }: Surface, protocol: Protocol, renderer: Renderer, fail: FailurePage) =>
  createOwnRouter({
    ...account,
    desk,
    passwordPages: createPasswordPages(renderer),
    own: createOwnPages(parts, protocol),
    factors: parts.factors,
    enrolment: createEnrolment({
      factors: parts.factors,
      keys: parts.keys.sealing,
      clock: parts.clock,
      issuer: parts.config.issuer,
    }),
    renderer,
    csrfKey: parts.keys.csrf,
    clientAddress: (ctx) => ctx.ip,
    fail,
  });

/** The protocol library's Koa app, with everything of ours in front of its routes. */
export const createSurface = (surface: Surface): Protocol => {
  const { parts, core, signIn, tryFactor, passkeys, desk, tamper, mail } = surface;
  const { config, log, keys } = parts;
  const renderer = createRenderer({ issuer: config.issuer });
  const reset = surface.resetOver(mail);
  const pages = createPages(renderer, { forgotten: reset !== undefined });
  const fail = createFailurePage({ pages, log: logsFailures(log) });
  const library = libraryPages({ pages, log, clientOf: core.clientOf });
  const protocol = createProtocol({
    parts,
    front: frontOf(surface, fail),
    pages: library,
    ...(tamper ? { tamper } : {}),
  });
  const hosted = createInteractionRouter({
    interactions: createInteractions(parts, protocol),
    signIn,
    tryFactor,
    passkeys,
    pages,
    desk,
    passwordPages: createPasswordPages(renderer),
    csrfKey: keys.csrf,
    issuer: config.issuer,
    clientAddress: (ctx) => ctx.ip,
    log: logsFailures(log),
  });
  protocol.use(under(['/interaction', '/assets'], hosted.routes() as Middleware));
  protocol.use(under(Object.keys(OWN_PAGES), ownPages(surface, protocol, renderer, fail).routes() as Middleware));
  for (const [path, routes] of mailPages({ mail, renderer, csrfKey: keys.csrf, fail, reset }))
    protocol.use(under([path], routes));
  return protocol;
};
