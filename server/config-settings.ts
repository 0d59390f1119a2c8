/** Owns the settings of the environment: one row each. `.env.example` and the configuration page are made from it. */
import type { z } from 'zod';
import { MAIL_SETTINGS } from './config-settings-mail.ts';
import { METRICS_SETTINGS } from './config-settings-metrics.ts';
import { NETWORK_SETTINGS } from './config-settings-networks.ts';
import { NODE_SETTINGS } from './config-settings-nodes.ts';
import { PASSWORD_SETTINGS } from './config-settings-passwords.ts';
import { asList, flag, listOf, oneOf, type Row, seconds, strict, text, whole } from './config-types.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** How a setting's text becomes a value; what does not fit is left as it is, for the type to refuse. */
type Read = (value: string) => unknown;

interface SettingRow extends Row {
  /** In the environment. */
  readonly name: string;
  readonly read: Read;
  readonly unit: string;
}

const asText: Read = (value) => value;
const isProduction: Read = (value) => value === 'production';
const asNumber: Read = (value) => (/^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value);
const DAY = 24 * 60 * 60;

/** OpenID Connect Discovery §3: https, no query, no fragment; and written as URLs are compared, so that tokens match. */
const isIssuer = (value: string): boolean => {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  const plain = `${url.origin}${url.pathname}`.replace(/\/$/, '');
  return /^https?:$/.test(url.protocol) && value === plain;
};

const secret = text(
  'at least 32 characters, without commas; `openssl rand -base64 48` makes one',
  (value) => value.length >= 32 && !value.includes(','),
);

/** What a host application passes to `resolveConfig`, and the process reads from its environment. */
export const SETTINGS = {
  issuer: {
    name: 'CURFEW_ISSUER',
    type: text(
      'an http or https URL in lower case, with no slash at its end, no query, no fragment, no default port',
      isIssuer,
    ).optional(),
    read: asText,
    unit: 'URL',
    doc: 'The address that apps and resource servers know this server by; `iss` in every token. Needed in production; in development http://127.0.0.1 with the port.',
  },
  secrets: {
    name: 'CURFEW_SECRETS',
    type: listOf(secret, 'a list of secrets, newest first, each of at least 32 characters', 1)
      .refine((secrets) => new Set(secrets).size === secrets.length, { error: 'every secret once' })
      .optional(),
    read: asList,
    unit: 'texts, comma separated, newest first',
    doc: 'The master secrets. New tokens, cookies and seals use the first; the others are still accepted. Needed in production; in development one is made, once, in the data directory.',
  },
  host: {
    name: 'CURFEW_HOST',
    type: text('an IP address or a host name of this machine').optional(),
    default: '127.0.0.1',
    read: asText,
    unit: 'address',
    doc: 'Where the process listens. Leave it where a TLS-terminating proxy runs on the same machine; 0.0.0.0 in a container.',
  },
  port: {
    name: 'CURFEW_PORT',
    type: whole(1, 65_535).optional(),
    default: 3000,
    read: asNumber,
    unit: 'port',
    doc: 'The port that the process listens on.',
  },
  dataDir: {
    name: 'CURFEW_DATA_DIR',
    type: text('the path of a directory').optional(),
    default: './data',
    read: asText,
    unit: 'path',
    doc: 'Where the embedded database lives. Made at first start, readable by its owner alone.',
  },
  ...NODE_SETTINGS,
  ...NETWORK_SETTINGS,
  logLevel: {
    name: 'CURFEW_LOG_LEVEL',
    type: oneOf(['debug', 'info', 'warn', 'error', 'silent']).optional(),
    default: 'info',
    read: asText,
    unit: 'level',
    doc: 'The least level that is logged: JSON, one line each, on standard error. Credentials never are.',
  },
  eventsFile: {
    name: 'CURFEW_EVENTS_FILE',
    type: text('the path of a file').optional(),
    read: asText,
    unit: 'path',
    doc: 'A file to which every event is also appended, one line of JSON each: what a restored backup is told its endings from.',
  },
  eventRetentionSeconds: {
    name: 'CURFEW_EVENT_RETENTION_SECONDS',
    type: seconds().optional(),
    default: 90 * DAY,
    read: asNumber,
    unit: 'seconds',
    doc: 'How long events are kept in the database.',
  },
  ...MAIL_SETTINGS,
  ...METRICS_SETTINGS,
  ...PASSWORD_SETTINGS,
  storeTimeoutSeconds: {
    name: 'CURFEW_STORE_TIMEOUT_SECONDS',
    type: seconds().optional(),
    default: 5,
    read: asNumber,
    unit: 'seconds',
    doc: 'How long the database may take before a request is answered 503, which signs nobody out.',
  },
  production: {
    name: 'NODE_ENV',
    type: flag().optional(),
    default: false,
    read: isProduction,
    unit: '`production`, or anything else for development',
    doc: 'In production nothing is made up: issuer, secrets and configuration file have to be given.',
  },
} as const satisfies Record<string, SettingRow>;

/** The one setting that a host application has no use for: it hands over what the file holds. */
export const FILE_SETTING = {
  name: 'CURFEW_CONFIG',
  type: text('the path of a .json or .ts file').optional(),
  read: asText,
  unit: 'path',
  doc: 'The configuration file: clients, resources, scopes, lifetimes. Needed in production; in development a demo client and resource stand in for it.',
} as const satisfies SettingRow;

export const settingsSchema = strict(SETTINGS);

export type SettingsInput = z.input<typeof settingsSchema>;

/** The name that an operator knows a setting by, with what follows it in a path: `CURFEW_SECRETS[0]`. */
export const environmentName = (path: string): string => {
  const [key = ''] = path.split(/[.[]/);
  const row: SettingRow | undefined = Object.hasOwn(SETTINGS, key) ? SETTINGS[key as keyof typeof SETTINGS] : undefined;
  return row ? `${row.name}${path.slice(key.length)}` : path;
};

/** The values of the environment, not checked yet. An empty text is a setting left out. */
export const readEnvironment = (env: Environment): SettingsInput => {
  const given = Object.entries<SettingRow>(SETTINGS).flatMap(([key, { name, read }]) => {
    const value = env[name];
    return value ? [[key, read(value)]] : [];
  });
  // Not checked yet: `settingsSchema` does, with the names.
  return Object.fromEntries(given) as SettingsInput;
};

/** What Kubernetes adds for a service called curfew. */
const KUBERNETES = /^CURFEW_(SERVICE|PORT)_/;

/** A misspelt CURFEW_SECRETS must not pass for one left out. `ours` are names that the file reads by itself. */
export const unknownSettings = (env: Environment, ours: ReadonlySet<string>): readonly string[] => {
  const names = [...Object.values(SETTINGS).map(({ name }) => name), FILE_SETTING.name].toSorted();
  return Object.keys(env)
    .filter((name) => name.startsWith('CURFEW_') && !KUBERNETES.test(name))
    .filter((name) => !names.includes(name as (typeof names)[number]) && !ours.has(name))
    .map((name) => `${name}: there is no such setting; allowed: ${names.join(', ')}.`);
};
