/** Owns what a trial of a running server works with: an app, an API and a resource of its configuration, and an account for the while. */
import { randomBytes } from 'node:crypto';
import type { ClientConfig, Config } from '../config.ts';
import { mayCall } from '../services.ts';
import { CommandError } from './failures.ts';
import { BY, type Opened } from './opened.ts';

export interface TrialOptions {
  readonly app?: string;
  readonly resource?: string;
  readonly url?: string;
}

export interface Trial {
  /** Where the server is called, without a slash at its end. */
  readonly base: string;
  readonly app: ClientConfig;
  readonly api: ClientConfig;
  readonly resource: string;
  readonly scope: string;
}

/** Methods that need no key of the client's own, which this machine does not have. */
const PROVABLE = ['none', 'client_secret_basic', 'client_secret_post'];

const refuse = (what: string): never => {
  throw new CommandError('refused', what);
};

const canBeTried = ({ grant_types: grants, token_endpoint_auth_method: method, ...client }: ClientConfig): boolean =>
  grants.includes('refresh_token') && PROVABLE.includes(method) && !client.dpop_bound_access_tokens;

const appFor = ({ clients }: Config, asked: string | undefined): ClientConfig =>
  clients.find((client) => canBeTried(client) && client.client_id === (asked ?? client.client_id)) ??
  refuse(
    `There is no app to try it with${asked === undefined ? '' : ` called ${asked}`}: it takes one with refresh tokens, without DPoP, and with a secret or none.`,
  );

const scopesFor = ({ scopes }: Config, app: ClientConfig, offered: readonly string[]): readonly string[] =>
  offered.filter(
    (scope) => !Object.hasOwn(scopes, scope) && (app.scope === undefined || app.scope.split(' ').includes(scope)),
  );

const apiFor = ({ clients }: Config, ids: readonly string[]): ClientConfig | undefined => {
  const able = clients.filter(
    ({ client_id: id, token_endpoint_auth_method: method }) =>
      ids.includes(id) && PROVABLE.includes(method) && method !== 'none',
  );
  return able.find((client) => mayCall(client, 'ssf')) ?? able[0];
};

/** The first that fits, of what was not asked for. Throws `refused` where nothing does. */
export const trialIn = (config: Config, { app: askedApp, resource: asked, url }: TrialOptions): Trial => {
  const app = appFor(config, askedApp);
  const found = Object.entries(config.resources)
    .filter(([uri]) => uri === (asked ?? uri))
    .map(([resource, { scopes, introspectedBy }]) => ({
      resource,
      api: apiFor(config, introspectedBy),
      scope: scopesFor(config, app, scopes)[0],
    }))
    .find(({ api, scope }) => api !== undefined && scope !== undefined);
  const { resource, api, scope } =
    found ??
    refuse(
      `There is no resource to try it with${asked === undefined ? '' : ` at ${asked}`}: it takes one that is introspectedBy a client with a secret, and a scope of it that ${app.client_id} may have without a fresh sign-in.`,
    );
  if (!api || scope === undefined) return refuse('There is no resource to try it with.');
  return { base: (url ?? config.issuer).replace(/\/$/, ''), app, api, resource, scope };
};

/** Does `work` for an account that exists as long, and no longer: whatever of it is left then ends with it. */
export const withTrialAccount = async <T>({ accounts }: Opened, work: (sub: string) => Promise<T>): Promise<T> => {
  const name = randomBytes(9).toString('base64url').toLowerCase();
  const password = randomBytes(24).toString('base64url');
  // RFC 2606: nobody has an address there.
  const { sub } = await accounts.add({ email: `verify-revocation.${name}@example.invalid`, password }, BY);
  try {
    return await work(sub);
  } finally {
    await accounts.remove(sub, BY);
  }
};
