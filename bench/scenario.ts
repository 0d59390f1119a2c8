/** Owns what every server under test is set up with: the same app, the same resource server, the same scopes. */
import { randomBytes } from 'node:crypto';

export const ISSUER = 'https://auth.example.com';
export const API = 'https://api.example.com';
export const PHONE = 'phone';
export const REDIRECT_URI = 'com.example.phone:/callback';
export const RESOURCE_SERVER = { id: 'api', secret: 'the-benchmark-api-secret-0123456789abcdef' } as const;
export const SCOPES = ['notes:read', 'notes:write'] as const;
export const OIDC_SCOPE = 'openid profile email';
export const ACCESS_TOKEN_SECONDS = 900;
export const REFRESH_TOKEN_SECONDS = 30 * 24 * 60 * 60;
/** The file in a server's folder that holds the phones' refresh tokens, as a JSON array. */
export const PHONES_FILE = 'phones.json';

/** Ascending, so that a million rows go in quickly; random at its end, as an id is. */
export const idOf = (index: number): string =>
  `${String(index).padStart(9, '0')}${randomBytes(10).toString('base64url').slice(0, 13)}`;

export const accountOf = (index: number): string => `account-${String(index).padStart(9, '0')}`;

export const nowSeconds = (): number => Math.floor(Date.now() / 1000);
