/** Owns the list of everything that the server answers at. */

export interface Endpoint {
  readonly path: string;
  readonly methods: readonly ('GET' | 'POST' | 'DELETE')[];
}

export const ENDPOINTS: readonly Endpoint[] = [
  { path: '/.well-known/openid-configuration', methods: ['GET'] },
  { path: '/.well-known/oauth-authorization-server', methods: ['GET'] },
  { path: '/jwks', methods: ['GET'] },
  { path: '/auth', methods: ['GET'] },
  { path: '/auth/an-interaction-that-is-not-there', methods: ['GET'] },
  { path: '/interaction/one-that-is-not-there', methods: ['GET'] },
  { path: '/interaction/one-that-is-not-there/login', methods: ['GET', 'POST'] },
  { path: '/interaction/one-that-is-not-there/consent', methods: ['GET', 'POST'] },
  { path: '/interaction/one-that-is-not-there/continue', methods: ['GET', 'POST'] },
  { path: '/interaction/one-that-is-not-there/abort', methods: ['GET', 'POST'] },
  { path: '/token', methods: ['POST'] },
  { path: '/token/introspection', methods: ['POST'] },
  { path: '/token/revocation', methods: ['POST'] },
  { path: '/userinfo', methods: ['GET', 'POST'] },
  { path: '/request', methods: ['POST'] },
  { path: '/session/end', methods: ['GET'] },
  { path: '/session/end/confirm', methods: ['POST'] },
  { path: '/session/end/success', methods: ['GET'] },
  { path: '/account/sessions', methods: ['GET'] },
  { path: '/account/sessions/one-that-is-not-there', methods: ['DELETE'] },
  { path: '/account/sessions/end-others', methods: ['POST'] },
  { path: '/account/devices/one-that-is-not-there/lost', methods: ['POST'] },
  { path: '/health/live', methods: ['GET'] },
  { path: '/health/ready', methods: ['GET'] },
];

/** Each endpoint under each of its methods. */
export const CALLS = ENDPOINTS.flatMap(({ path, methods }) => methods.map((method) => ({ path, method })));

/** What no answer may hold: a stack, a path of the server's files, the name of a library or of a class of errors. */
export const INTERNALS =
  /\n\s+at |node_modules|\.[jt]s:\d|node:internal|TypeError|ReferenceError|SQLITE|oidc-provider|\[object /;
