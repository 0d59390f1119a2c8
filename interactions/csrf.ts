/** Owns the proof that a form was sent from our own page for this very interaction. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { CurfewError } from '../server/errors.ts';

export interface Csrf {
  /** The hidden field's value. base64url. */
  token(uid: string): string;
  /** Throws `forbidden_origin`. Needs no body, so it comes before one is read. */
  checkOrigin(headers: IncomingHttpHeaders): void;
  /** Throws `forbidden_origin`. */
  checkToken(uid: string, token: string | undefined): void;
}

const originOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).origin : undefined);

/** Origin decides where the browser sent one (`null` is not ours); older and privacy-minded ones are told by what else they send. */
const isOurs = (headers: IncomingHttpHeaders, ours: string): boolean => {
  if (headers.origin !== undefined) return headers.origin === ours;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return headers.referer !== undefined && originOf(headers.referer) === ours;
};

/** `key` is at least 32 bytes, and used for nothing else. */
export const createCsrf = ({ key, issuer }: { readonly key: Buffer; readonly issuer: string }): Csrf => {
  const ours = new URL(issuer).origin;
  const mac = (uid: string): Buffer => createHmac('sha256', key).update(`interaction ${uid}`).digest();
  return {
    token: (uid) => mac(uid).toString('base64url'),
    checkOrigin: (headers) => {
      if (!isOurs(headers, ours)) throw new CurfewError('forbidden_origin', { detail: 'origin' });
    },
    checkToken: (uid, token = '') => {
      const given = Buffer.from(token, 'base64url');
      const wanted = mac(uid);
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
        throw new CurfewError('forbidden_origin', { detail: 'token' });
    },
  };
};
