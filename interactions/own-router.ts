/** Owns the routes of a person's own account, page by page. */
import Router, { type RouterContext } from '@koa/router';
import type { OwnPath } from '../server/own-client.ts';
import { createCsrf } from './csrf.ts';
import type { FailurePage } from './failures.ts';
import { factorRoutes } from './own-factors.ts';
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

export const createOwnRouter = (options: OwnRouterOptions): Router => {
  const { renderer, csrfKey, factors, desk, passwordPages } = options;
  const visits: OwnVisits = { ...options, tokens: createCsrf({ key: csrfKey, issuer: renderer.issuer }) };
  const pageSet = createOwnPageSet(renderer);
  const homeOf = (path: OwnPath): string => `${renderer.prefix}${path}`;
  const router = new Router();
  const pages: readonly OwnPageRoutes[] = [
    // A host with factors of its own has no such page.
    ...(factors.kept ? [factorRoutes({ ...options, pages: pageSet, home: homeOf('/factors') })] : []),
    ...(desk ? [passwordRoutes({ desk, pages: passwordPages, factors: factors.kept, home: homeOf('/password') })] : []),
  ];
  for (const page of pages) addPage(router, visits, page);
  return router;
};
