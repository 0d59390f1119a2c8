/** Owns the words and tables of docs/configuration.md and .env.example, made from the tables that the server checks with. */
import { CLIENT_KEYS } from '../server/config-clients.ts';
import { DPOP_KEYS, FILE_KEYS, RESOURCE_KEYS } from '../server/config-file.ts';
import { LIFETIME_KEYS } from '../server/config-lifetimes.ts';
import { SCOPE_KEYS, STRICTER_KEYS } from '../server/config-scopes.ts';
import { FILE_SETTING, SETTINGS } from '../server/config-settings.ts';
import { type Row, wordsOf } from '../server/config-types.ts';
import { PROFILES } from '../server/sessions/policy.ts';

const NOTE = 'Made by `npm run generate` from the tables in server/config-*.ts: change those.';

const settings: readonly (Row & { readonly name: string; readonly unit: string })[] = [
  ...Object.values(SETTINGS),
  FILE_SETTING,
];

const UNITS = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
] as const;

/** `900 (15 min)`: the number that is written, and the one that is read. */
const readable = (name: string, value: unknown): string => {
  if (typeof value !== 'number' || !/seconds$/i.test(name)) return String(value);
  const unit = UNITS.find(([size]) => value >= size && value % size === 0);
  return unit ? `${value} (${value / unit[0]} ${unit[1]})` : String(value);
};

/** A value as a file would hold it; words about a default as they are. */
const defaultOf = (name: string, value: unknown): string => {
  if (value === undefined) return '';
  if (Array.isArray(value)) return `\`${JSON.stringify(value)}\``;
  return typeof value === 'string' && value.includes(' ') ? value : `\`${readable(name, value)}\``;
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');

const isNeeded = ({ type }: Row): boolean => !type.safeParse(undefined).success;

const keysTable = (rows: Readonly<Record<string, Row>>): string =>
  table(
    ['Key', 'What it does', 'Allowed', 'Left out'],
    Object.entries(rows).map(([key, row]) => [
      `\`${key}\``,
      row.doc,
      wordsOf(row.type),
      isNeeded(row) ? 'refused' : defaultOf(key, row.default),
    ]),
  );

const settingsTable = (): string =>
  table(
    ['Name', 'What it does', 'Unit', 'Allowed', 'Left out'],
    settings.map((row) => [
      `\`${row.name}\``,
      row.doc,
      row.unit,
      row.name === 'NODE_ENV' ? 'any text' : wordsOf(row.type),
      row.name === 'NODE_ENV'
        ? 'development'
        : defaultOf(row.name, Array.isArray(row.default) ? undefined : row.default),
    ]),
  );

const lifetimesTable = (): string =>
  table(
    ['Key', 'What it does', 'Allowed', ...Object.keys(PROFILES).map((name) => `\`${name}\``)],
    Object.entries<Row>(LIFETIME_KEYS).map(([key, row]) => [
      `\`${key}\``,
      row.doc,
      wordsOf(row.type),
      ...Object.values(PROFILES).map((profile) => readable(key, profile[key as keyof typeof profile])),
    ]),
  );

const EXAMPLE = `\`\`\`ts
import { defineConfig } from 'curfew';

export default defineConfig({
  clients: [
    {
      client_id: 'phone',
      client_name: 'Phone',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['com.example.phone:/callback'],
      first_party: true,
      lifetimes: 'standard',
    },
    { client_id: 'api', client_secret: 'env:API_CLIENT_SECRET', grant_types: [], response_types: [] },
  ],
  resources: {
    'https://api.example.com': { scopes: ['notes:read', 'payments:write'], introspectedBy: ['api'] },
  },
  scopes: { 'payments:write': { acr: 'mfa', maxAgeSeconds: 300, action: 'Sending money' } },
  lifetimes: { kiosk: { idleSeconds: 120, absoluteSeconds: 28800 } },
});
\`\`\``;

/** `docs/configuration.md`, whole. */
export const configurationPage = (): string => `# Configuration

<!-- ${NOTE} -->

Settings come from the environment, everything about apps and APIs from one file. Both are read once, at start. A value that is not allowed, a key that does not exist, and settings that contradict one another are refused by name, all at once, and nothing is started; \`npm run curfew -- config check\` says the same without starting.

## Environment

${settingsTable()}

An empty value counts as left out. A name that begins with \`CURFEW_\` and is none of these is refused, unless the file reads a secret from it.

Without any setting the server starts for development: on http://127.0.0.1:3000, with a secret and a database of its own in ./data, and with the client \`demo-phone\`, the resource server \`demo-api\` and the resource https://api.example.com. With \`NODE_ENV=production\` nothing is made up: \`CURFEW_ISSUER\` (https, unless on a loopback address), \`CURFEW_SECRETS\` and \`CURFEW_CONFIG\` have to be given.

To change the master secret, put the new one first and keep the old one behind it.

## The configuration file

\`CURFEW_CONFIG\` names it: \`.json\`, or \`.ts\` with a default export.

${EXAMPLE}

${keysTable(FILE_KEYS)}

### clients

The names are those of RFC 7591; \`first_party\` and \`lifetimes\` are ours.

${keysTable(CLIENT_KEYS)}

A native app's redirect URI is a private-use scheme that is a reversed domain name (\`com.example.phone:/callback\`), http on 127.0.0.1 or [::1], or https (RFC 8252). A web app's is https; outside production also http on 127.0.0.1, [::1] or localhost.

### resources

${keysTable(RESOURCE_KEYS)}

The account API is a resource of every server: the issuer followed by \`/account\`, with the scope \`sessions\` and opaque tokens. It is not listed here.

### scopes

${keysTable(SCOPE_KEYS)}

Clients of one profile may be asked for more: \`profiles: { high: { acr: 'phr', maxAgeSeconds: 60 } }\`. Of each:

${keysTable(STRICTER_KEYS)}

A demand that an account has no factor for ends in \`unmet_authentication_requirements\`, after a page that says how to set one up.

### lifetimes

A client names a profile, or gives its own numbers; what is left out comes from \`standard\`, lowered where it would outlast a number that was given. Own profiles are made the same way. \`aal1\`, \`aal2\` and \`aal3\` are the times of NIST SP 800-63B-4; which factors a sign-in shows is up to the scopes.

${lifetimesTable()}

Idle may not be longer than absolute, nor the retry window or the late retry longer than idle, nor a browser's idle time longer than its absolute one.

### dpop

${keysTable(DPOP_KEYS)}
`;

/** `.env.example`, whole: every setting commented out, with what holds without it. */
export const environmentExample = (): string =>
  [
    `# ${NOTE}`,
    ...settings.flatMap((row) => {
      const { default: value } = row;
      const shown = value === undefined || typeof value === 'boolean' ? '' : String(value);
      return ['', `# ${row.doc}`, `# (${row.unit})`, `# ${row.name}=${shown}`];
    }),
    '',
  ].join('\n');
