/** Owns what a newcomer sees at `npm start`: a demo account and client, and what to paste into an app. */
import { createHmac } from 'node:crypto';
import type { AssembledServer } from './app.ts';
import type { ClientConfig, Config } from './config.ts';
import { CurfewError } from './errors.ts';

const DEMO_EMAIL = 'demo@example.com';

/** The same at every start: it follows from the development secret, which is nowhere else. */
const demoPassword = ([secret]: Config['secrets']): string =>
  createHmac('sha256', secret)
    .update('demo account')
    .digest('hex')
    .slice(0, 16)
    .replace(/(.{4})(?=.)/g, '$1-');

const accounts = (server: AssembledServer) => {
  if (!server.accounts) throw new Error('the demo account lives in the built-in accounts');
  return server.accounts;
};

const makeDemoAccount = async (config: Config, server: AssembledServer): Promise<void> => {
  const known = await server.store.accounts.findByEmail(DEMO_EMAIL);
  if (known) return;
  const demo = { email: DEMO_EMAIL, name: 'Demo Person', password: demoPassword(config.secrets) };
  await accounts(server)
    .add(demo)
    .catch((error: unknown) => {
      // Another node was first.
      if (!(error instanceof CurfewError && error.code === 'account_exists')) throw error;
    });
};

const refuseDemoAccount = async (server: AssembledServer): Promise<void> => {
  if (!(await server.store.accounts.findByEmail(DEMO_EMAIL))) return;
  const detail = `The data holds the demo account ${DEMO_EMAIL}, whose password follows from a development secret. Delete it ("curfew account delete --email ${DEMO_EMAIL}") or use another CURFEW_DATA_DIR.`;
  throw new CurfewError('wrong_configuration', { detail });
};

/** What an app asks for at the demo API. */
const DEMO_SCOPE = 'notes:read';

const demoApi = ({ resources }: Config) =>
  Object.entries(resources).find(([, { scopes }]) => scopes.includes(DEMO_SCOPE));

const appAuth = (config: Config, client: ClientConfig) => {
  const { issuer } = config;
  const [resource] = demoApi(config) ?? [];
  return JSON.stringify(
    {
      issuer,
      clientId: client.client_id,
      redirectUrl: client.redirect_uris[0],
      scopes: ['openid', 'profile', 'email', ...(resource ? [DEMO_SCOPE] : [])],
      // Without it the access token is good for userinfo alone.
      ...(resource ? { additionalParameters: { resource } } : {}),
      // Without it AppAuth on Android refuses plain http, which only development speaks.
      ...(issuer.startsWith('http:') ? { dangerouslyAllowInsecureHttpRequests: true } : {}),
    },
    undefined,
    2,
  );
};

/** How the demo API's own server asks about a token that an app shows it. */
const apiLines = (config: Config): string[] => {
  const { issuer, clients } = config;
  const [resource, { introspectedBy = [] } = {}] = demoApi(config) ?? [];
  const api = clients.find(({ client_id: id }) => introspectedBy.includes(id));
  if (!resource || !api?.client_secret) return [];
  return [
    `  demo API       ${resource}  (name it as "resource" at /auth, with scope ${DEMO_SCOPE})`,
    `  introspect     curl -u ${api.client_id}:${api.client_secret} -d token=… ${issuer}/token/introspection`,
    '',
  ];
};

/** The lines to print; none where nothing was made up. Throws `wrong_configuration` for demo data in production. */
export const welcome = async (config: Config, server: AssembledServer): Promise<string[]> => {
  if (config.production) await refuseDemoAccount(server);
  const phone = config.clients.find(({ application_type: type }) => type === 'native');
  if (!config.demo || !phone) return [];
  await makeDemoAccount(config, server);
  return [
    '',
    '  Curfew is ready.',
    '',
    `  issuer         ${config.issuer}`,
    `  client_id      ${phone.client_id}`,
    `  redirect URIs  ${phone.redirect_uris.join('  ')}`,
    `  sign in as     ${DEMO_EMAIL}  ${demoPassword(config.secrets)}`,
    ...(server.mail.shown ? [`  mails          ${config.issuer}/dev/outbox  (nobody sends them in development)`] : []),
    '',
    ...apiLines(config),
    '  For AppAuth (React Native, Expo; the same values on iOS and Android):',
    '',
    ...appAuth(config, phone)
      .split('\n')
      .map((line) => `  ${line}`),
    '',
    '  Where the app keeps its tokens, and what it does with every answer: docs/mobile.md',
    '  See it all play by itself: npm run demo',
    '',
  ];
};
