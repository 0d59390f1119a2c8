/**
 * Owns the table of every page that people see. A new page joins by one row in the file of its kind: it is then looked
 * at in every width, scheme and language, by axe-core, with scripts off, and weighed.
 */
import { standardConfig } from '../support/world.ts';
import { ACCOUNT_PAGES } from './account-pages.ts';
import type { Rows } from './comer.ts';
import { FACTOR_PAGES } from './factor-pages.ts';
import { MAIL_PAGES } from './mail-pages.ts';
import { PASSWORD_PAGES } from './password-pages.ts';
import { SIGN_IN_PAGES } from './sign-in-pages.ts';

export const EVERY_PAGE: Rows = {
  ...SIGN_IN_PAGES,
  ...FACTOR_PAGES,
  ...ACCOUNT_PAGES,
  ...MAIL_PAGES,
  ...PASSWORD_PAGES,
};

/** What the suite's server is configured with beside the standard. */
export const EVERY_PAGE_CONFIG = {
  clients: [
    ...standardConfig.clients,
    {
      client_id: 'vault',
      client_name: 'Vault',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['com.example.vault:/callback'],
      first_party: true,
      lifetimes: { sessionsPerAccount: 1, sessionLimit: 'refuse' },
    },
  ],
  scopes: {
    'payments:write': { acr: 'pwd', maxAgeSeconds: 300, action: 'Sending money', actionIn: { ar: 'إرسال المال' } },
    'payments:read': { acr: 'mfa', maxAgeSeconds: 300 },
  },
} as const;
