/** Owns what stands on every page of a person's own account: whose it is, and the way to the others. */
import type { OwnPath } from '../server/own-client.ts';
import { badge } from './badge.ts';
import type { Visitor } from './port.ts';

export interface OwnPage {
  readonly visitor: Visitor;
  readonly csrf: string;
}

export interface OwnFrame {
  /** The address of one of the pages. */
  href(path: OwnPath): string;
  /** Whether this server has it: a host may keep passwords and factors itself. */
  has(path: OwnPath): boolean;
  /** The members that each of the templates has. */
  around(path: OwnPath, page: OwnPage): object;
}

/** `paths` are those that this server has. */
export const createOwnFrame = (prefix: string, paths: readonly OwnPath[]): OwnFrame => {
  const href = (path: OwnPath): string => `${prefix}${path}`;
  return {
    href,
    has: (path) => paths.includes(path),
    around: (here, { visitor, csrf }) => ({
      csrf,
      at: href(here),
      account: visitor.login === undefined ? undefined : badge(visitor.login),
      nav: paths.map((path) => ({ path, href: href(path), isHere: path === here })),
    }),
  };
};
