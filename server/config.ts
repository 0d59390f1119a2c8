/** Owns every setting once: what it is called, what it may be, what it is when left out. */
import type { FileInput } from './config-file.ts';
import { readConfigFile } from './config-reading.ts';
import { assembleHosted, assembleProcess } from './config-resolve.ts';
import type { Environment, SettingsInput } from './config-settings.ts';
import { warningsOf } from './config-warnings.ts';
import type { Lifetimes } from './sessions/policy.ts';

/** A registered client, checked and completed. RFC 7591 names, and two of ours. */
export interface ClientConfig {
  readonly client_id: string;
  readonly client_name: string;
  readonly application_type: 'native' | 'web';
  readonly token_endpoint_auth_method: 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';
  readonly client_secret?: string;
  /** Inline only: a `jwks_uri` would have to be fetched. */
  readonly jwks?: { readonly keys: readonly Readonly<Record<string, unknown>>[] };
  readonly redirect_uris: readonly string[];
  readonly post_logout_redirect_uris: readonly string[];
  readonly grant_types: readonly ('authorization_code' | 'refresh_token' | 'client_credentials')[];
  readonly response_types: readonly 'code'[];
  readonly scope?: string;
  readonly id_token_signed_response_alg: 'ES256' | 'RS256';
  readonly dpop_bound_access_tokens: boolean;
  readonly require_pushed_authorization_requests: boolean;
  readonly default_max_age?: number;
  /** Where it is told that one of its sessions ended (OIDC Back-Channel Logout). */
  readonly backchannel_logout_uri?: string;
  readonly backchannel_logout_session_required: boolean;
  /** No consent page. */
  readonly first_party: boolean;
  /** Resolved from a profile's name or own numbers. */
  readonly lifetimes: Lifetimes;
  /** The profile's name, where it is one. */
  readonly profile?: string;
}

export interface ResourceConfig {
  readonly scopes: readonly string[];
  readonly accessTokenFormat: 'opaque' | 'jwt';
  /** Client ids that may introspect tokens for this resource. */
  readonly introspectedBy: readonly string[];
}

/** What a sensitive scope demands. */
export interface ScopeDemand {
  readonly acr: 'pwd' | 'mfa' | 'phr';
  readonly maxAgeSeconds: number;
  /** What a person does with it, as a page says it: "Sending money". */
  readonly action?: string;
  /** The same in other languages of the pages. */
  readonly actionIn?: Readonly<Record<string, string>>;
  /** What clients of a profile have to show beyond that, by the profile's name. Never less. */
  readonly profiles?: Readonly<
    Record<string, { readonly acr?: 'pwd' | 'mfa' | 'phr'; readonly maxAgeSeconds?: number }>
  >;
}

export interface Config {
  /** No trailing slash. */
  readonly issuer: string;
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  /** Absent: the embedded database. */
  readonly mongodbUri?: string;
  readonly mongodbReadConcern: 'local' | 'linearizable';
  /** Absent: the durable store keeps what may be lost, too. */
  readonly redisUrl?: string;
  readonly drainSeconds: number;
  readonly production: boolean;
  /** Newest first, each at least 32 bytes of entropy as text. */
  readonly secrets: readonly [string, ...string[]];
  /** Addresses and CIDR ranges whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Networks of special use that may be sent to all the same: addresses and CIDR ranges. */
  readonly receiverNetworks: readonly string[];
  /** Where mails are sent by. Absent: nowhere, or in development to a page. */
  readonly smtpUrl?: string;
  readonly mailFrom?: string;
  readonly eventsFile?: string;
  /** Absent: no metrics. */
  readonly metricsPort?: number;
  readonly metricsHost: string;
  readonly passwordMinimumCharacters: number;
  readonly eventRetentionSeconds: number;
  readonly storeTimeoutSeconds: number;
  readonly clients: readonly ClientConfig[];
  readonly resources: Readonly<Record<string, ResourceConfig>>;
  readonly scopes: Readonly<Record<string, ScopeDemand>>;
  readonly dpop: { readonly requireNonce: boolean };
  /** Whether clients and resources are the made-up ones of development. */
  readonly demo: boolean;
}

/** What a host application hands over: all but the issuer may be left out. Unknown keys are refused. */
export type ConfigInput = SettingsInput & FileInput & { readonly issuer: string };

/** Gives a configuration file its types: `export default defineConfig({ … })`. */
export const defineConfig = (file: FileInput): FileInput => file;

/** The account API's own resource (RFC 8707), of every server: opaque tokens with the scope `sessions`. */
export const accountResource = (issuer: string): string => `${issuer}/account`;

/** What is allowed and still worth a word: one sentence each. */
export const configWarnings = (config: Config): readonly string[] => warningsOf(config);

/**
 * For a host application. `production` is what NODE_ENV says where it is left out; in development a secret is made in
 * the data directory where none is given. Throws `wrong_configuration`, its detail one line a problem.
 */
export const resolveConfig = (input: ConfigInput, env: Environment = process.env): Config => assembleHosted(input, env);

/** For the process: the environment, and the file that CURFEW_CONFIG names. Throws as `resolveConfig` does. */
export const loadConfig = async (env: Environment = process.env): Promise<Config> => {
  const path = env['CURFEW_CONFIG'] || undefined;
  return assembleProcess(env, path === undefined ? undefined : await readConfigFile(path));
};
