/** Owns Curfew under test: its folder with sessions that are signed in already, and how its real process is started. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openMongoStore } from '../adapters/mongo/store.ts';
import { openSqliteStore } from '../adapters/sqlite/store.ts';
import type { FileInput } from '../server/config-file.ts';
import { sha256 } from '../server/digests.ts';
import { deriveKeys } from '../server/keys.ts';
import type { DeviceSession } from '../server/sessions/device-session.ts';
import { PROFILES } from '../server/sessions/policy.ts';
import { refreshTokenText } from '../server/sessions/refresh-token.ts';
import { exchanged, pendingSession } from '../server/sessions/sessions.ts';
import { type Databases, mongoOf } from './databases.ts';
import * as scenario from './scenario.ts';

const SECRET = 'the-benchmark-secret-0123456789abcdef0123456789';
const SCOPES = scenario.SCOPES.join(' ');

const CONFIGURATION: FileInput = {
  clients: [
    {
      client_id: scenario.PHONE,
      client_name: 'Phone',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: [scenario.REDIRECT_URI],
      first_party: true,
    },
    {
      client_id: scenario.RESOURCE_SERVER.id,
      client_secret: scenario.RESOURCE_SERVER.secret,
      token_endpoint_auth_method: 'client_secret_basic',
      redirect_uris: [],
      grant_types: [],
      response_types: [],
    },
  ],
  resources: {
    [scenario.API]: {
      scopes: [...scenario.SCOPES],
      accessTokenFormat: 'opaque',
      introspectedBy: [scenario.RESOURCE_SERVER.id],
    },
  },
};

/** As /auth and the code exchange leave it. */
const signedIn = (index: number): DeviceSession => {
  const now = scenario.nowSeconds();
  const id = scenario.idOf(index);
  const pending = pendingSession({
    sid: id,
    accountId: scenario.accountOf(index),
    clientId: scenario.PHONE,
    sso: { uid: `${id}-browser`, marks: 0, epoch: 0 },
    authTime: now,
    authenticatedHere: true,
    acr: 'pwd',
    amr: ['pwd'],
    device: { id: `${id}-device`, name: 'Phone of Some Person', model: 'iPhone 17 Pro' },
    grant: { openid: { scope: scenario.OIDC_SCOPE }, resources: { [scenario.API]: SCOPES } },
    codeHash: sha256(id),
    codeExpiresAt: now + 60,
    now,
  });
  const live = exchanged(pending, {
    now,
    nowMs: Date.now(),
    lifetimes: PROFILES.standard,
    family: {
      salt: randomBytes(16).toString('base64url'),
      scope: `${scenario.OIDC_SCOPE} ${SCOPES}`,
      resource: scenario.API,
    },
    opaque: true,
  });
  if ('refused' in live) throw new Error(`a session could not be begun: ${live.refused}`);
  return live;
};

const AT_ONCE = 5000;

/** Signs phones in without their pages. Of `sessions`, spread evenly, `phones` can refresh. */
export const prepareCurfew = async (
  folder: string,
  sessions: number,
  phones: number,
  databases?: Databases,
): Promise<void> => {
  const timeoutSeconds = 60;
  const store = databases
    ? await openMongoStore({ uri: mongoOf(databases, folder), timeoutSeconds })
    : await openSqliteStore({ file: databaseOf(folder), timeoutSeconds });
  const [key] = deriveKeys([SECRET]).refresh;
  const every = Math.max(1, Math.floor(sessions / phones));
  const tokens: string[] = [];
  for (let from = 0; from < sessions; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, sessions - from) }, (_, index) => signedIn(from + index));
    await Promise.all(some.map((begin) => store.commit({ begin })));
    const chosen = some.filter((_, index) => (from + index) % every === 0);
    tokens.push(...chosen.map(({ sid, family }) => refreshTokenText(key, family?.salt ?? '', sid, 0)));
  }
  await store.close();
  writeFileSync(join(folder, scenario.PHONES_FILE), JSON.stringify(tokens.slice(0, phones)));
  writeFileSync(join(folder, 'curfew.json'), JSON.stringify(CONFIGURATION));
};

export const databaseOf = (folder: string): string => join(folder, 'curfew.sqlite');

/** What its real process is given. */
export const curfewVariables = (
  folder: string,
  port: number,
  databases?: Databases,
): Readonly<Record<string, string>> => ({
  ...(databases ? { CURFEW_MONGODB_URI: mongoOf(databases, folder) } : {}),
  ...(databases?.redis === undefined ? {} : { CURFEW_REDIS_URL: databases.redis }),
  NODE_ENV: 'production',
  CURFEW_ISSUER: scenario.ISSUER,
  CURFEW_SECRETS: SECRET,
  CURFEW_CONFIG: join(folder, 'curfew.json'),
  CURFEW_DATA_DIR: folder,
  CURFEW_PORT: String(port),
});
