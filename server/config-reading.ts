/** Owns the reading of the configuration file, and the making of what development does without one. */
import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FileInput } from './config-file.ts';
import { importFile } from './config-module.ts';
import { CurfewError } from './errors.ts';

const unreadable = (path: string, why: string, cause?: unknown): CurfewError =>
  new CurfewError('wrong_configuration', { detail: `CURFEW_CONFIG: got '${path}', which ${why}.`, cause });

/** Parsers quote what they stumble over, which may be a secret: only the place is told. */
const placeIn = (error: unknown): string => {
  const place = String(error).match(/line (\d+) column (\d+)/);
  return place ? ` (line ${place[1]}, column ${place[2]})` : '';
};

const readJson = async (path: string): Promise<unknown> => {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(path, `cannot be read (${cause.code})`, cause);
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(path, `is not valid JSON${placeIn(error)}`);
  }
};

const readModule = async (path: string): Promise<unknown> => {
  const loaded = await importFile(path).catch((cause: unknown) => {
    const [first = ''] = String(cause).split('\n');
    throw unreadable(path, `cannot be loaded (${first})`, cause);
  });
  if (loaded.default === undefined) throw unreadable(path, 'has no default export: export default defineConfig({ … })');
  return loaded.default;
};

/** Not checked yet. Throws `wrong_configuration` where it cannot be read. */
export const readConfigFile = async (path: string): Promise<unknown> => {
  if (extname(path) === '.json') return readJson(path);
  if (extname(path) === '.ts') return readModule(path);
  throw unreadable(path, 'is neither a .json nor a .ts file');
};

/** Whole or not at all: written and synced under another name, then linked, which fails where the name is taken. */
const makeSecret = (path: string): void => {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, `${randomBytes(48).toString('base64url')}\n`);
    fsyncSync(file);
    linkSync(draft, path);
  } catch (error) {
    // Another process was first: its secret is the one.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    closeSync(file);
    unlinkSync(draft);
  }
};

const readSecret = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const readOrMakeSecret = (dataDir: string, path: string): string | undefined => {
  try {
    const found = readSecret(path);
    if (found !== undefined) return found;
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    makeSecret(path);
    return readSecret(path);
  } catch (cause) {
    const detail = `${path}: cannot be read or made (${(cause as NodeJS.ErrnoException).code}); give CURFEW_SECRETS, or a CURFEW_DATA_DIR that this process may write to.`;
    throw new CurfewError('wrong_configuration', { detail, cause });
  }
};

/** The one master secret of development: made at first start, the same ever after. Safe when several processes start. */
export const developmentSecret = (dataDir: string): string => {
  const path = join(dataDir, 'secret');
  const secret = readOrMakeSecret(dataDir, path);
  if (secret !== undefined && secret.length >= 32) return secret;
  throw new CurfewError('wrong_configuration', {
    detail: `${path}: got ${secret?.length ?? 0} characters; allowed: at least 32. Delete the file to have it made anew: every session and key under it is then void.`,
  });
};

/** What development serves where no file says otherwise. The resource server's secret follows from the master secret. */
export const demoFile = (secret: string): FileInput => ({
  clients: [
    {
      client_id: 'demo-phone',
      client_name: 'Demo phone',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['com.example.demo:/callback', 'http://127.0.0.1/callback'],
      post_logout_redirect_uris: ['com.example.demo:/signed-out'],
      first_party: true,
      lifetimes: 'standard',
    },
    {
      client_id: 'demo-api',
      client_name: 'Demo API',
      client_secret: createHmac('sha256', secret).update('curfew demo-api client secret').digest('base64url'),
      redirect_uris: [],
      grant_types: [],
      response_types: [],
    },
  ],
  resources: {
    'https://api.example.com': {
      scopes: ['notes:read', 'notes:write'],
      accessTokenFormat: 'opaque',
      introspectedBy: ['demo-api'],
    },
  },
});
