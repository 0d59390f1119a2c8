/** Owns the stylesheet, the icon and the script: read once, named by their content, so that browsers may keep them for good. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { RouterMiddleware } from '@koa/router';

/** In a checkout and in the package alike, next to this folder. */
export const VIEWS = join(import.meta.dirname, '..', 'views');

export interface Asset {
  /** Below the issuer: `/assets/curfew.<hash>.css`. */
  readonly path: string;
  readonly extension: string;
  readonly body: string;
}

export interface Assets {
  readonly stylesheet: Asset;
  readonly icon: Asset;
  readonly script: Asset;
}

const load = (...files: readonly [string, ...string[]]): Asset => {
  const body = files.map((file) => readFileSync(join(VIEWS, file), 'utf8')).join('\n');
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 16);
  const extension = extname(files[0]);
  return { path: `/assets/curfew.${hash}${extension}`, extension, body };
};

export const loadAssets = (): Assets => ({
  stylesheet: load('curfew.css', 'controls.css', 'parts.css', 'factors.css', 'mail.css', 'own.css'),
  icon: load('curfew.svg'),
  script: load('passkeys.js'),
});

/** While nodes of two versions run, one is asked for the other's file: it gives its own, not to be kept. */
export const serveAsset =
  ({ path, extension, body }: Asset): RouterMiddleware =>
  (ctx) => {
    ctx.type = extension;
    ctx.set('Cache-Control', ctx.path === path ? 'public, max-age=31536000, immutable' : 'no-store');
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.body = body;
  };
