import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { loadConfig } from '../../server/config.ts';
import { CurfewError } from '../../server/errors.ts';
import { PROFILES } from '../../server/sessions/policy.ts';
import { ISSUER, SECRET } from './config-fixture.ts';

const run = promisify(execFile);

type Env = Record<string, string>;

const detailOf = (error: unknown): string => {
  expect(error).to.be.instanceOf(CurfewError);
  const { code, detail = '' } = error as CurfewError;
  expect(code).to.equal('wrong_configuration');
  return detail;
};

const refusalOf = async (env: Env): Promise<string> =>
  loadConfig(env).then(
    () => expect.fail('accepted'),
    (error: unknown) => detailOf(error),
  );

describe('settings of the environment', () => {
  let dir: string;
  let env: Env;
  let production: Env;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'curfew-config-'));
    env = { CURFEW_DATA_DIR: join(dir, 'data') };
    const file = join(dir, 'curfew.json');
    await writeFile(file, '{"clients": []}');
    production = { NODE_ENV: 'production', CURFEW_ISSUER: ISSUER, CURFEW_SECRETS: SECRET, CURFEW_CONFIG: file };
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('are refused together with what the file contradicts itself in', async () => {
    const file = production['CURFEW_CONFIG'] ?? '';
    await writeFile(
      file,
      '{"clients": [{ "client_id": "a", "redirect_uris": ["com.a:/cb"], "scope": "openid none" }]}',
    );
    const detail = await refusalOf({ ...production, CURFEW_ISSUER: 'http://auth.example.com' });
    expect(detail.split('\n').map((line) => line.split(':')[0])).to.deep.equal(['CURFEW_ISSUER', "clients['a'].scope"]);
  });

  it('starts development without any: a secret made once, a demo client and its resource', async () => {
    const config = await loadConfig(env);
    expect(config).to.include({ issuer: 'http://127.0.0.1:3000', host: '127.0.0.1', port: 3000, demo: true });
    expect(config).to.include({ production: false, logLevel: 'info', storeTimeoutSeconds: 5 });
    expect(config.eventRetentionSeconds).to.equal(7_776_000);
    expect(config.clients.map(({ client_id }) => client_id)).to.deep.equal(['demo-phone', 'demo-api']);
    expect(config.clients[0]).to.include({ token_endpoint_auth_method: 'none', first_party: true });
    expect(config.clients[0]?.lifetimes).to.deep.equal(PROFILES.standard);
    expect(config.clients[1]?.client_secret).to.have.length(43);
    expect(config.resources['https://api.example.com']?.introspectedBy).to.deep.equal(['demo-api']);
    expect(await loadConfig(env)).to.deep.equal(config);
  });

  it('keeps the secret of development to its owner, and agrees on one with processes that start at once', async () => {
    const script = `import { loadConfig } from '${new URL('../../server/config.ts', import.meta.url)}';
      console.log((await loadConfig()).secrets[0]);`;
    const start = () => run(process.execPath, ['--input-type=module', '-e', script], { env });
    const starts = await Promise.all([start(), start(), start(), start(), start(), start()]);
    const kept = await readFile(join(dir, 'data/secret'), 'utf8');
    for (const { stdout } of starts) expect(stdout).to.equal(kept);
    expect((await loadConfig(env)).secrets).to.deep.equal([kept.trim()]);
    expect(kept.length).to.be.at.least(32);
    expect((await stat(join(dir, 'data/secret'))).mode & 0o777).to.equal(0o600);
    expect((await stat(join(dir, 'data'))).mode & 0o777).to.equal(0o700);
  });

  it('follows the port in the made-up issuer, and makes nothing of what is given', async () => {
    const config = await loadConfig({ ...env, CURFEW_PORT: '4100', CURFEW_SECRETS: `${SECRET}, ${SECRET}-older` });
    expect(config.issuer).to.equal('http://127.0.0.1:4100');
    expect(config.secrets).to.deep.equal([SECRET, `${SECRET}-older`]);
    expect(await stat(join(dir, 'data')).catch(() => 'none')).to.equal('none');
  });

  it('starts production when all is given', async () => {
    const more = { CURFEW_TRUSTED_PROXIES: '10.0.0.0/8, ::1', CURFEW_EVENTS_FILE: '/var/log/e.jsonl' };
    const config = await loadConfig({ ...production, ...more, CURFEW_HOST: '' });
    expect(config).to.include({ production: true, demo: false, host: '127.0.0.1', eventsFile: '/var/log/e.jsonl' });
    expect(config.trustedProxies).to.deep.equal(['10.0.0.0/8', '::1']);
    expect(config.clients).to.deep.equal([]);
    expect(await loadConfig({ ...production, CURFEW_ISSUER: 'http://127.0.0.1:3000' })).to.have.property('production');
  });

  const missing: readonly [string, string][] = [
    [
      'CURFEW_ISSUER',
      'CURFEW_ISSUER: got nothing; allowed: the https address that apps use; production makes none up.',
    ],
    [
      'CURFEW_SECRETS',
      'CURFEW_SECRETS: got nothing; allowed: at least one secret of 32 characters or more; production makes none up.',
    ],
    [
      'CURFEW_CONFIG',
      'CURFEW_CONFIG: got nothing; allowed: the path of a configuration file; production makes no clients up.',
    ],
  ];
  for (const [name, sentence] of missing)
    it(`makes no ${name} up in production`, async () => {
      expect(await refusalOf({ ...production, [name]: '' })).to.equal(sentence);
    });

  it('tells all that production misses at once', async () => {
    expect((await refusalOf({ NODE_ENV: 'production' })).split('\n')).to.have.members(missing.map(([, line]) => line));
  });

  const wrong: readonly [string, string, string][] = [
    ['CURFEW_ISSUER', 'auth.example.com', "CURFEW_ISSUER: got 'auth.example.com'; allowed: an http or https URL"],
    ['CURFEW_ISSUER', `${ISSUER}/`, 'with no slash at its end'],
    ['CURFEW_ISSUER', `${ISSUER}?a=b`, 'no query'],
    ['CURFEW_ISSUER', `${ISSUER}:443`, 'no default port'],
    ['CURFEW_ISSUER', 'https://admin:hunter2@auth.example.com', "got 'https://…@auth.example.com'"],
    ['CURFEW_ISSUER', 'http://auth.example.com', 'https in production; http on a loopback address alone'],
    ['CURFEW_PORT', '0', 'CURFEW_PORT: got 0; allowed: a whole number from 1 to 65535.'],
    ['CURFEW_PORT', 'http', "CURFEW_PORT: got 'http'; allowed: a whole number from 1 to 65535."],
    ['CURFEW_SECRETS', 'hunter2', 'CURFEW_SECRETS[0]: got a value that is not shown; allowed: at least 32 characters'],
    ['CURFEW_SECRETS', `${SECRET},${SECRET}`, 'allowed: every secret once.'],
    ['CURFEW_TRUSTED_PROXIES', '10.0.0.0/8,proxy', "CURFEW_TRUSTED_PROXIES[1]: got 'proxy'; allowed: an IP address"],
    ['CURFEW_TRUSTED_PROXIES', '10.0.0.0/33', "CURFEW_TRUSTED_PROXIES[0]: got '10.0.0.0/33'"],
    ['CURFEW_LOG_LEVEL', 'loud', "CURFEW_LOG_LEVEL: got 'loud'; allowed: one of debug, info, warn, error, silent."],
    [
      'CURFEW_STORE_TIMEOUT_SECONDS',
      '0.5',
      'CURFEW_STORE_TIMEOUT_SECONDS: got 0.5; allowed: a whole number of seconds',
    ],
    [
      'CURFEW_EVENT_RETENTION_SECONDS',
      '-1',
      'CURFEW_EVENT_RETENTION_SECONDS: got -1; allowed: a whole number of seconds',
    ],
    ['CURFEW_SECRET', SECRET, 'CURFEW_SECRET: there is no such setting; allowed: CURFEW_CONFIG, '],
    [
      'CURFEW_CONFIG',
      '/nowhere/curfew.json',
      "CURFEW_CONFIG: got '/nowhere/curfew.json', which cannot be read (ENOENT).",
    ],
    ['CURFEW_CONFIG', 'curfew.yaml', 'which is neither a .json nor a .ts file.'],
  ];
  for (const [name, value, sentence] of wrong)
    it(`refuses ${name}=${value}`, async () => {
      const detail = await refusalOf({ ...production, [name]: value });
      expect(detail).to.include(sentence);
      expect(detail).not.to.include('hunter2');
      expect(detail.split('\n')).to.have.length(1);
    });

  it('bears what Kubernetes adds for a service called curfew', async () => {
    expect(await loadConfig({ ...production, CURFEW_SERVICE_HOST: '10.0.0.1', CURFEW_PORT_3000_TCP: 'x' })).to.be.an(
      'object',
    );
  });

  it('reads a .ts file, and secrets from the environment', async () => {
    const file = join(dir, 'curfew.config.ts');
    await writeFile(
      file,
      "const secret: string = 'env:CURFEW_API_SECRET';\nexport default { clients: [{ client_id: 'api', client_secret: secret, grant_types: [], response_types: [] }] };\n",
    );
    const given = { ...production, CURFEW_CONFIG: file };
    const config = await loadConfig({ ...given, CURFEW_API_SECRET: 'from the environment' });
    expect(config.clients[0]).to.include({ client_secret: 'from the environment', application_type: 'web' });
    expect(await refusalOf(given)).to.equal(
      "clients['api'].client_secret: got a value that is not shown; allowed: the environment variable CURFEW_API_SECRET, which is not set.",
    );
  });

  const files: readonly [string, string, string][] = [
    ['a.json', '{"clients": [{"client_secret": hunter2}]}', 'which is not valid JSON'],
    [
      'b.json',
      '[]',
      'The configuration: got an empty list; allowed: an object of clients, resources, scopes, lifetimes, dpop.',
    ],
    [
      'c.json',
      '{"issuer": "x"}',
      'issuer: there is no such key; allowed: clients, resources, scopes, lifetimes, dpop.',
    ],
    ['d.ts', 'export const config = {};', 'which has no default export: export default defineConfig({ … }).'],
    ['e.ts', "throw new Error('no');", 'which cannot be loaded (Error: no).'],
  ];
  for (const [name, text, sentence] of files)
    it(`refuses a file of ${text}`, async () => {
      await writeFile(join(dir, name), text);
      const detail = await refusalOf({ ...production, CURFEW_CONFIG: join(dir, name) });
      expect(detail).to.include(sentence).and.not.to.include('hunter2');
    });
});
