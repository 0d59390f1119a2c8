/** Owns the stock library as a server, over its own in-memory adapter or over SQLite. A process of its own. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type Adapter, type AdapterFactory, type Configuration, errors, Provider } from 'oidc-provider';
import * as scenario from './scenario.ts';
import { openStockMongo, type StockStorage } from './stock-mongo.ts';
import { openStockRedis } from './stock-redis.ts';
import { openStockDatabase, stockAdapter } from './stock-sqlite.ts';

export interface StockStart {
  readonly storage: 'memory' | 'sqlite' | 'mongo' | 'redis';
  /** Of the database, where it is a server. */
  readonly url?: string;
  readonly port: number;
  readonly folder: string;
  readonly phones: number;
}

const start = JSON.parse(process.argv[2] ?? '{}') as StockStart;

interface MemoryStorage {
  readonly default: new (model: string, store: object) => Adapter;
}

/** The adapter that the library ships. It forgets beyond 1,000 entries: here it has room for every phone. */
const inMemory = async (): Promise<AdapterFactory> => {
  const [adapters, lru] = (await Promise.all([
    import('oidc-provider/lib/adapters/memory_adapter.js' as string),
    import('oidc-provider/lib/helpers/lru.js' as string),
  ])) as [MemoryStorage, { readonly default: new (options: { maxSize: number }) => object }];
  const store = new lru.default({ maxSize: 1000 + 64 * start.phones });
  return (model) => new adapters.default(model, store);
};

const database = start.storage === 'sqlite' ? openStockDatabase(join(start.folder, 'stock.sqlite')) : undefined;

const MODELS = [
  'Grant',
  'AccessToken',
  'RefreshToken',
  'AuthorizationCode',
  'Session',
  'Interaction',
  'ReplayDetection',
];
const MORE_MODELS = ['PushedAuthorizationRequest', 'Client', 'ClientCredentials', 'InitialAccessToken'];

/** Indexes are made before the first request. */
const overNetwork = async ({ adapter }: StockStorage): Promise<AdapterFactory> => {
  const made = await Promise.all(
    [...MODELS, ...MORE_MODELS].map(async (model) => [model, await adapter(model)] as const),
  );
  const adapters = new Map(made);
  return (model) => adapters.get(model) ?? (Promise.reject(new Error(`no adapter for ${model}`)) as never);
};

const OPEN = { mongo: openStockMongo, redis: openStockRedis } as const;
const network =
  start.storage === 'mongo' || start.storage === 'redis' ? await OPEN[start.storage](start.url ?? '') : undefined;

const localAdapter = async (): Promise<AdapterFactory> =>
  database ? (model) => stockAdapter(database, model) : inMemory();
const adapter = network ? await overNetwork(network) : await localAdapter();

const signingKey = (): Configuration['jwks'] => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'bench' }] as never };
};

const resourceInfo = (_ctx: unknown, resource: string) => {
  if (resource !== scenario.API) throw new errors.InvalidTarget('no such resource');
  return { scope: scenario.SCOPES.join(' '), audience: resource, accessTokenFormat: 'opaque' } as const;
};

/** The features that Curfew has on. */
const features: Configuration['features'] = {
  devInteractions: { enabled: false },
  claimsParameter: { enabled: true },
  userinfo: { enabled: true },
  revocation: { enabled: true },
  introspection: {
    enabled: true,
    allowedPolicy: (_ctx, client, token) =>
      token.kind === 'AccessToken' && token.aud === scenario.API && client.clientId === scenario.RESOURCE_SERVER.id,
  },
  rpInitiatedLogout: { enabled: true },
  pushedAuthorizationRequests: { enabled: true },
  dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 7), requireNonce: () => true },
  resourceIndicators: {
    enabled: true,
    defaultResource: (_ctx, _client, oneOf) => (oneOf ? oneOf[0] : undefined) as string,
    useGrantedResource: () => true,
    getResourceServerInfo: resourceInfo,
  },
};

const clients: Configuration['clients'] = [
  {
    client_id: scenario.PHONE,
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    redirect_uris: [scenario.REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token'],
  },
  {
    client_id: scenario.RESOURCE_SERVER.id,
    client_secret: scenario.RESOURCE_SERVER.secret,
    token_endpoint_auth_method: 'client_secret_basic',
    redirect_uris: [],
    grant_types: [],
    response_types: [],
  },
];

const provider = new Provider(scenario.ISSUER, {
  adapter,
  clients,
  features,
  jwks: signingKey() as NonNullable<Configuration['jwks']>,
  cookies: { keys: ['the-benchmark-cookie-key-0123456789'] },
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
  pkce: { required: () => true },
  responseTypes: ['code'],
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  rotateRefreshToken: true,
  expiresWithSession: () => false,
  ttl: {
    AccessToken: scenario.ACCESS_TOKEN_SECONDS,
    RefreshToken: scenario.REFRESH_TOKEN_SECONDS,
    Grant: scenario.REFRESH_TOKEN_SECONDS,
    IdToken: 3600,
    Session: scenario.REFRESH_TOKEN_SECONDS,
    Interaction: 3600,
  },
});

const signIn = async (index: number): Promise<string> => {
  const client = await provider.Client.find(scenario.PHONE);
  if (!client) throw new Error('the phone is not registered');
  const accountId = scenario.accountOf(index);
  const grant = new provider.Grant({ accountId, clientId: scenario.PHONE });
  grant.addOIDCScope(scenario.OIDC_SCOPE);
  grant.addResourceScope(scenario.API, scenario.SCOPES.join(' '));
  const grantId = await grant.save();
  const token = new provider.RefreshToken({
    accountId,
    client,
    grantId,
    gty: 'authorization_code',
    authTime: scenario.nowSeconds(),
    acr: 'pwd',
    amr: ['pwd'],
    scope: `${scenario.OIDC_SCOPE} ${scenario.SCOPES.join(' ')}`,
    resource: scenario.API,
    sessionUid: scenario.idOf(index),
    sid: scenario.idOf(index),
    expiresWithSession: false,
    rotations: 0,
  } as unknown as ConstructorParameters<typeof provider.RefreshToken>[0]);
  return token.save();
};

database?.exec('BEGIN');
const tokens: string[] = [];
for (let index = 0; index < start.phones; index++) tokens.push(await signIn(index));
database?.exec('COMMIT');
writeFileSync(join(start.folder, scenario.PHONES_FILE), JSON.stringify(tokens));

provider.proxy = true;
const server = createServer(provider.callback()).listen(start.port, '127.0.0.1');
process.on('SIGTERM', () => {
  server.closeAllConnections();
  database?.close();
  void Promise.resolve(network?.close()).finally(() => process.exit(0));
});
