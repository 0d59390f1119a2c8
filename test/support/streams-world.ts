/** Owns a world whose resource servers are told of security events, and whose web client of logouts. */
import type { ConfigInput } from '../../server/config.ts';
import { SSF_SECRET, Subscriber } from './receivers.ts';
import { API_SECRET, openWorld, standardConfig, type World, type WorldOptions } from './world.ts';

const receives = { grant_types: ['client_credentials'], scope: 'ssf.manage ssf.read' } as const;

/** `api` and `otherapi` introspect what `standardConfig` says; `audit` introspects nothing. */
export const streamsConfig = {
  ...standardConfig,
  clients: [
    ...standardConfig.clients.map((client) => (client.client_id.endsWith('api') ? { ...client, ...receives } : client)),
    {
      client_id: 'audit',
      client_secret: SSF_SECRET,
      redirect_uris: [],
      response_types: [],
      ...receives,
    },
  ],
} satisfies Partial<ConfigInput>;

export const openStreamsWorld = ({ config, ...options }: WorldOptions = {}): Promise<World> =>
  openWorld({ ...options, config: { ...streamsConfig, ...config } });

const SECRETS: Readonly<Record<string, string>> = {
  api: API_SECRET,
  otherapi: `${API_SECRET}-other`,
  audit: SSF_SECRET,
};

export const subscriberTo = (world: Pick<World, 'issuer'>, client = 'api'): Promise<Subscriber> =>
  new Subscriber(world, client, SECRETS[client] ?? '').signIn();
