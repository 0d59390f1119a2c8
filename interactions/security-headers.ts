/** Owns the headers under which our pages are shown. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  contentSecurityPolicy,
  crossOriginOpenerPolicy,
  crossOriginResourcePolicy,
  frameguard,
  hsts,
  noSniff,
  referrerPolicy,
} from 'helmet';
import type { Context, Middleware } from 'koa';

/** What a page needs of Koa's context, and oidc-provider's. */
export type PageContext = Pick<Context, 'req' | 'res' | 'status' | 'type' | 'body' | 'set'>;

type Setter = (req: IncomingMessage, res: ServerResponse, next: (error?: Error) => void) => void;

const YEAR_SECONDS = 31_536_000;

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost']);

/** The source expression of a redirect target, or nothing where none is safe to write. */
const target = (redirectUri: string): string | undefined => {
  if (!URL.canParse(redirectUri)) return undefined;
  const { protocol, hostname, host } = new URL(redirectUri);
  // RFC 8252 §7.1: a private-use scheme is a reversed domain name, so `javascript:` and `data:` never get here.
  if (protocol !== 'https:' && protocol !== 'http:') return protocol.includes('.') ? protocol : undefined;
  // CSP's grammar of hosts has no IPv6 literal; RFC 8252 §7.3 leaves the loopback port to the app.
  if (hostname === '[::1]') return protocol;
  // A URL's host may hold `;` and `,`, which would end the directive.
  if (!/^[a-z0-9.-]+$/u.test(hostname)) return undefined;
  return protocol === 'http:' && LOOPBACK.has(hostname) ? `http://${hostname}:*` : `${protocol}//${host}`;
};

/** The sources for a page whose form ends in a redirect to the app: Chrome holds form-action against every hop of it. */
export const formAction = (redirectUri?: string): readonly string[] => {
  const app = redirectUri === undefined ? undefined : target(redirectUri);
  return app === undefined ? ["'self'"] : ["'self'", app];
};

/** Whether a page may link to it: what `formAction` can name. */
export const isSafeTarget = (redirectUri: string): boolean => target(redirectUri) !== undefined;

const policy = (directives: Readonly<Record<string, readonly string[]>>): Setter =>
  contentSecurityPolicy({
    useDefaults: false,
    directives: {
      'default-src': ["'none'"],
      'style-src': ["'self'"],
      'img-src': ["'self'"],
      'base-uri': ["'none'"],
      'frame-ancestors': ["'none'"],
      ...directives,
    },
  });

/** With script-src, so that the library can add the hash of the script in its own self-submitting form; form-action is left out for it. */
const libraryPolicy = policy({ 'script-src': ["'none'"] });

const baseline = (issuer: string): readonly Setter[] => [
  noSniff(),
  frameguard({ action: 'deny' }),
  // Not `no-referrer`: under that, browsers send `Origin: null` with our own forms, and the origin check would refuse them.
  referrerPolicy({ policy: 'same-origin' }),
  crossOriginOpenerPolicy({ policy: 'same-origin' }),
  crossOriginResourcePolicy({ policy: 'same-origin' }),
  // Subdomains are for their owner to decide. Over plain http browsers ignore it (RFC 6797 §8.1), so it is not sent.
  ...(issuer.startsWith('https:') ? [hsts({ maxAge: YEAR_SECONDS, includeSubDomains: false })] : []),
];

const apply = (setters: readonly Setter[], { req, res }: Pick<PageContext, 'req' | 'res'>): void => {
  for (const set of setters) {
    set(req, res, (error) => {
      if (error !== undefined) throw error;
    });
  }
};

/** What the setters set, worked out once: most answers carry the same. */
const headersOf = (setters: readonly Setter[]): ReadonlyArray<readonly [string, string]> => {
  const headers: [string, string][] = [];
  const res = {
    setHeader: (name: string, value: string) => headers.push([name, value]),
    removeHeader: () => {},
  } as unknown as ServerResponse;
  apply(setters, { req: {} as IncomingMessage, res });
  return headers;
};

/** JSON that programs ask for is never drawn: what says how it may be drawn would only be carried along. */
const FOR_PROGRAMS = '/token';
const NOT_FOR_DRAWING: ReadonlySet<string> = new Set(['x-content-type-options', 'strict-transport-security']);

interface PageNeeds {
  /** Where its forms may end. */
  readonly redirectUri?: string | undefined;
  /** Whether it loads our own script file. Nothing else ever runs: no inline script, nobody else's, no eval. */
  readonly script?: boolean;
}

export interface SecurityHeaders {
  /** For everything that is answered; a page of ours then replaces its Content-Security-Policy. */
  readonly middleware: Middleware;
  /** All the headers of one page, and `Cache-Control: no-store`. */
  forPage(ctx: PageContext, page: PageNeeds): void;
}

export const createSecurityHeaders = ({ issuer }: { readonly issuer: string }): SecurityHeaders => {
  const always = baseline(issuer);
  const usual = headersOf([...always, libraryPolicy]);
  const lean = usual.filter(([name]) => NOT_FOR_DRAWING.has(name.toLowerCase()));
  return {
    middleware: (ctx, next) => {
      for (const [name, value] of ctx.path.startsWith(FOR_PROGRAMS) ? lean : usual) ctx.res.setHeader(name, value);
      return next();
    },
    forPage: (ctx, { redirectUri, script = false }) => {
      const scripts = script ? { 'script-src': ["'self'"], 'require-trusted-types-for': ["'script'"] } : {};
      apply([...always, policy({ ...scripts, 'form-action': formAction(redirectUri) })], ctx);
      ctx.set('Cache-Control', 'no-store');
    },
  };
};
