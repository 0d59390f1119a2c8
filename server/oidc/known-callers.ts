/** Owns recognising a registered caller by its Authorization header alone: HTTP Basic (RFC 6749 §2.3.1), right at once. */
import { hash, timingSafeEqual } from 'node:crypto';
import type { ClientConfig } from '../config.ts';

const METHODS: ReadonlySet<string> = new Set(['client_secret_basic', 'client_secret_post']);

const digest = (secret: string): Buffer => hash('sha256', secret, 'buffer');

/** Printable ASCII that means itself in application/x-www-form-urlencoded: anything else is decoded by the protocol library. */
const PLAIN = /^Basic ([A-Za-z0-9+/]+={0,2})$/u;
const CREDENTIALS = /^([A-Za-z0-9._~-]+):([A-Za-z0-9._~-]+)$/u;

export type Recognise = (authorization: string | undefined) => string | undefined;

/** The id of the client whose secret the header shows. Undefined says nothing of it: the protocol library is to judge. */
export const knownCallers = (clients: readonly ClientConfig[]): Recognise => {
  const secrets = new Map(
    clients.flatMap(({ client_id: id, client_secret: secret, token_endpoint_auth_method: method }) =>
      secret !== undefined && METHODS.has(method) ? [[id, digest(secret)] as const] : [],
    ),
  );
  return (authorization = '') => {
    const encoded = PLAIN.exec(authorization)?.[1];
    if (encoded === undefined) return undefined;
    const [, id = '', secret = ''] = CREDENTIALS.exec(Buffer.from(encoded, 'base64').toString('latin1')) ?? [];
    const known = secrets.get(id);
    return known && timingSafeEqual(known, digest(secret)) ? id : undefined;
  };
};
