/** Owns the routes of a person's own account, page by page. */
import Router, { type RouterContext } from '@koa/router';
import type { OwnPath } from '../server/own-client.ts';
import { createCsrf } from './csrf.ts';
import { createDevicePages } from './device-pages.ts';
import type { FailurePage } from './failures.ts';
import { activityRoutes } from './own-activity.ts';
import { deviceRoutes } from './own-devices.ts';
import { factorRoutes } from './own-factors.ts';
import { createOwnFrame, type OwnFrame } from './own-frame.ts';
import { createOwnPageSet } from './own-pages.ts';
import type { OwnPagesParts } from './own-pages-port.ts';
import { passwordRoutes } from './own-password.ts';
import { type OwnPageRoutes, type OwnVisits, visitOwnPage } from './own-visit.ts';
import type { PasswordPages } from './password-pages.ts';
import type { Renderer } from './render.ts';
import { goOn } from './visits.ts';

export interface OwnRouterOptions extends OwnPagesParts {
  readonly renderer: Renderer;
  readonly passwordPages: PasswordPages;
  readonly csrfKey: Buffer;
  readonly clientAddress: (ctx: RouterContext) => string;
  readonly fail: FailurePage;
}

const addPage = (router: Router, visits: OwnVisits, page: OwnPageRoutes): void => {
  const { path, gets, posts } = page;
  for (const [below, act] of Object.entries(gets))
    router.get(`${path}${below}`, (ctx) => visitOwnPage(visits, ctx, page, act));
  for (const [below, act] of Object.entries(posts)) {
    router.post(`${path}${below}`, (ctx) => visitOwnPage(visits, ctx, page, act));
    // A form that was answered with a page leaves its address in the browser.
    if (!(below in gets)) router.get(`${path}${below}`, (ctx) => goOn(ctx, `${visits.renderer.prefix}${path}`));
  }
};

interface OwnPageRow {
  /** False: a host keeps that itself. */
  readonly has: (options: OwnRouterOptions) => boolean;
  readonly routes: (options: OwnRouterOptions, frame: OwnFrame) => OwnPageRoutes | undefined;
}

/** In the order of the way to them. */
const PAGES: Readonly<Partial<Record<OwnPath, OwnPageRow>>> = {
  '/devices': {
    has: () => true,
    routes: (options, frame) =>
      deviceRoutes({ ...options, pages: createDevicePages(options.renderer, frame), home: frame.href('/devices') }),
  },
  '/activity': {
    has: () => true,
    routes: (options, frame) => activityRoutes({ ...options, frame }),
  },
  '/password': {
    has: ({ desk }) => desk !== undefined,
    routes: ({ desk, factors, passwordPages: pages }, frame) =>
      desk && passwordRoutes({ desk, pages, frame, factors: factors.kept, home: frame.href('/password') }),
  },
  '/factors': {
    has: ({ factors }) => factors.kept,
    routes: (options, frame) =>
      factorRoutes({ ...options, pages: createOwnPageSet(options.renderer, frame), home: frame.href('/factors') }),
  },
};

export const createOwnRouter = (options: OwnRouterOptions): Router => {
  const { renderer, csrfKey } = options;
  const visits: OwnVisits = { ...options, tokens: createCsrf({ key: csrfKey, issuer: renderer.issuer }) };
  const rows = Object.entries(PAGES).filter(([, { has }]) => has(options));
  const frame = createOwnFrame(
    renderer.prefix,
    rows.map(([path]) => path as OwnPath),
  );
  const router = new Router();
  for (const page of rows.map(([, { routes }]) => routes(options, frame))) if (page) addPage(router, visits, page);
  return router;
};
