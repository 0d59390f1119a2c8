/** Owns where a browser may be sent back to: RFC 8252 for native apps, https for web ones. */

interface RedirectContext {
  readonly type: 'native' | 'web';
  readonly production: boolean;
}

/** RFC 8252 §7.1: a domain name of the app's owner, reversed, so that two apps do not meet by chance. */
const REVERSE_DOMAIN = /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/;

/** RFC 8252 §7.3 and §8.3: the address, not the name, which may resolve to something else. */
const LOOPBACK = ['127.0.0.1', '[::1]'];

const PRIVATE_SCHEME =
  "a private-use scheme that is a reversed domain name ('com.example.app:/callback'), " +
  "loopback http ('http://127.0.0.1/callback', any port), or https";

const nativeRefusal = ({ protocol, hostname }: URL): string | undefined => {
  if (protocol === 'https:') return undefined;
  if (protocol !== 'http:') return REVERSE_DOMAIN.test(protocol) ? undefined : PRIVATE_SCHEME;
  if (LOOPBACK.includes(hostname)) return undefined;
  return hostname === 'localhost'
    ? 'http://127.0.0.1 or http://[::1] instead of localhost, which another resolver may send elsewhere (RFC 8252 §8.3)'
    : 'http with 127.0.0.1 or [::1] alone (RFC 8252 §7.3); https for every other host';
};

const webRefusal = ({ protocol, hostname }: URL, production: boolean): string | undefined => {
  if (protocol === 'https:') return undefined;
  const local = protocol === 'http:' && [...LOOPBACK, 'localhost'].includes(hostname);
  if (local && !production) return undefined;
  return production ? 'https' : 'https, or http on 127.0.0.1, [::1] or localhost outside production';
};

/** What would have been allowed, or nothing where the address is one to go back to. Pure. */
export const redirectRefusal = (uri: string, { type, production }: RedirectContext): string | undefined => {
  // The URL parser drops tabs and line ends and turns backslashes round: what is compared must be what was written.
  if (!/^[!-[\]-~]+$/.test(uri) || !URL.canParse(uri)) return 'an absolute URI (RFC 3986)';
  if (uri.includes('#')) return 'a URI without a fragment (RFC 6749 §3.1.2)';
  const url = new URL(uri);
  if (url.username !== '' || url.password !== '') return 'a URI without user name and password';
  if (url.host.includes('*')) return 'one exact host: no wildcards';
  return type === 'native' ? nativeRefusal(url) : webRefusal(url, production);
};
