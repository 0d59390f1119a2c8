/** Owns what is allowed and still worth a word: settings under which a known app or person will suffer. */
import type { ClientConfig, Config } from './config.ts';

/** AppAuth-JS and Expo renew this long before a token expires. */
const RENEWED_EARLY_SECONDS = 600;
const RENEWS_EVERY_CALL_BELOW = RENEWED_EARLY_SECONDS + 60;
/** What an app on iOS waits for a reply. */
const IOS_TIMEOUT_SECONDS = 60;
const SHORT_SECRET = 32;

const refreshes = (client: ClientConfig): boolean => client.grant_types.includes('refresh_token');

const clientWarnings = (client: ClientConfig): readonly string[] => {
  const at = `clients['${client.client_id}']`;
  const { accessTokenSeconds, retryWindowSeconds } = client.lifetimes;
  const { client_secret: secret } = client;
  return [
    ...(refreshes(client) && accessTokenSeconds < RENEWS_EVERY_CALL_BELOW
      ? [
          `${at}.lifetimes.accessTokenSeconds is ${accessTokenSeconds}: AppAuth-JS and Expo renew ${RENEWED_EARLY_SECONDS} s early, and so at every call; from ${RENEWS_EVERY_CALL_BELOW} on they do not.`,
        ]
      : []),
    ...(refreshes(client) && retryWindowSeconds < IOS_TIMEOUT_SECONDS
      ? [
          `${at}.lifetimes.retryWindowSeconds is ${retryWindowSeconds}: an app on iOS waits ${IOS_TIMEOUT_SECONDS} s for a reply, and may try again only after the window.`,
        ]
      : []),
    ...(secret !== undefined && secret.length < SHORT_SECRET
      ? [
          `${at}.client_secret has ${secret.length} characters: anyone may guess at it; ${SHORT_SECRET} random ones are out of reach.`,
        ]
      : []),
  ];
};

/** A JWT cannot be called back: one that outlasts half the idle time makes the idle time a guess. */
const jwtWarnings = (uri: string, clients: readonly ClientConfig[]): readonly string[] =>
  clients
    .filter(({ lifetimes }) => lifetimes.accessTokenSeconds * 2 > lifetimes.idleSeconds)
    .map(
      ({ client_id: id, lifetimes }) =>
        `resources['${uri}'] issues JWTs, and those of clients['${id}'] last ${lifetimes.accessTokenSeconds} s, more than half its idle time of ${lifetimes.idleSeconds} s: the session may time out while they are valid, or for want of a sign that it is used.`,
    );

/** Nobody sees a JWT's use, so nobody can tell that the reply which brought it was lost. */
const lateRetryWarnings = (uri: string, clients: readonly ClientConfig[]): readonly string[] => {
  const late = clients.filter(
    ({ lifetimes, dpop_bound_access_tokens: bound }) => lifetimes.lateRetrySeconds > 0 && !bound,
  );
  if (late.length === 0) return [];
  const names = late.map(({ client_id: id }) => `clients['${id}']`).join(', ');
  return [
    `resources['${uri}'] issues JWTs, whose use nobody sees: lateRetrySeconds does not help ${names}, and a phone that lost a reply is signed out where it asks again after retryWindowSeconds. Opaque tokens, or dpop_bound_access_tokens, keep it signed in.`,
  ];
};

const resourceWarnings = ({ resources, clients }: Config): readonly string[] =>
  Object.entries(resources).flatMap(([uri, { accessTokenFormat, introspectedBy }]) => {
    if (accessTokenFormat === 'jwt') {
      const refreshing = clients.filter(refreshes);
      return [...jwtWarnings(uri, refreshing), ...lateRetryWarnings(uri, refreshing)];
    }
    return introspectedBy.length > 0
      ? []
      : [`resources['${uri}'] has opaque tokens and no introspectedBy: nobody can tell what they are good for.`];
  });

const proxyWarnings = ({ trustedProxies }: Config): readonly string[] =>
  trustedProxies
    .filter((range) => /\/0+$/.test(range))
    .map(
      (range) =>
        `CURFEW_TRUSTED_PROXIES has ${range}: anyone may then claim any address, and limits by address count for nothing.`,
    );

const LOOPBACK = /^(127(\.\d+){3}|\[::1\]|localhost)$/;

const issuerWarnings = ({ issuer }: Config): readonly string[] => {
  const { protocol, hostname } = new URL(issuer);
  return protocol === 'https:' || LOOPBACK.test(hostname)
    ? []
    : [
        `CURFEW_ISSUER is ${issuer}, and not https: passwords and tokens cross the network in clear, phones refuse to go there, and production does not start with it.`,
      ];
};

const mailWarnings = ({ production, smtpUrl }: Config): readonly string[] =>
  production && smtpUrl === undefined
    ? [
        'CURFEW_SMTP_URL is left out: nobody is told by mail of a new device or of an ending, and nobody who forgot the password can choose another; a host application with a mailer of its own can ignore this.',
      ]
    : [];

/** One sentence each, for the log at start and for `config check`. Pure. */
export const warningsOf = (config: Config): readonly string[] => [
  ...config.clients.flatMap(clientWarnings),
  ...resourceWarnings(config),
  ...issuerWarnings(config),
  ...proxyWarnings(config),
  ...mailWarnings(config),
];
