import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Environment, freePort, MainProcess } from '../support/main-process.ts';

const SECRET = 'a-secret-of-production-that-is-long-enough-0123456789';
const ISSUER = 'https://id.example.com';
const CLIENTS = {
  clients: [
    {
      client_id: 'phone',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['com.example.phone:/callback'],
    },
  ],
};

describe('the process that an operator starts', () => {
  let folder: string;
  let port: number;
  const running: MainProcess[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-start-'));
    port = await freePort();
    await writeFile(join(folder, 'curfew.json'), JSON.stringify(CLIENTS));
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((main) => main.stop('SIGKILL')));
    await rm(folder, { recursive: true, force: true });
  });

  const data = () => join(folder, 'data');
  const start = (env: Environment): MainProcess => {
    const main = new MainProcess({ CURFEW_PORT: String(port), CURFEW_DATA_DIR: data(), ...env });
    running.push(main);
    return main;
  };
  const development = (env: Environment = {}) => start(env).ready();
  const production = (env: Environment = {}) => {
    const mail = { CURFEW_SMTP_URL: 'smtps://mail.example.com', CURFEW_MAIL_FROM: 'curfew@example.com' };
    const complete = { CURFEW_ISSUER: ISSUER, CURFEW_SECRETS: SECRET, CURFEW_CONFIG: join(folder, 'curfew.json') };
    return start({ NODE_ENV: 'production', ...mail, ...complete, ...env });
  };
  const modeOf = async (file: string): Promise<string> => ((await stat(file)).mode & 0o777).toString(8);

  /** It ends by itself, with lines that each say one thing, and nothing that only its makers could read. */
  const expectRefusal = async (main: MainProcess, ...said: RegExp[]): Promise<void> => {
    expect(await main.ended()).to.equal(1);
    for (const words of said) expect(main.err).to.match(words);
    expect(main.err).to.not.match(/^\s+at |node:internal|Error:|\{|Warning/m);
    expect(main.err.trim().split('\n').length, main.err).to.be.at.most(said.length);
    expect(main.out).to.equal('');
  };

  it('in production with nothing set names all that is missing, and makes nothing up', async () => {
    const main = start({ NODE_ENV: 'production' });
    await expectRefusal(main, /^CURFEW_ISSUER: /m, /^CURFEW_SECRETS: /m, /^CURFEW_CONFIG: /m);
    expect(await readdir(folder)).to.deep.equal(['curfew.json']);
  });

  for (const [what, env, said] of [
    ['an issuer over http', { CURFEW_ISSUER: 'http://id.example.com' }, /^CURFEW_ISSUER: .*https/],
    ['no secret', { CURFEW_SECRETS: '' }, /^CURFEW_SECRETS: /],
    ['a secret that is short', { CURFEW_SECRETS: 'short' }, /^CURFEW_SECRETS/],
    ['no issuer', { CURFEW_ISSUER: '' }, /^CURFEW_ISSUER: /],
    ['a misspelt setting', { CURFEW_SECRET: SECRET }, /^CURFEW_SECRET: there is no such setting/],
    ['a configuration file that is not there', { CURFEW_CONFIG: '/nowhere/curfew.json' }, /^CURFEW_CONFIG: .*ENOENT/],
    ['an address that is not this machine’s', { CURFEW_HOST: '203.0.113.1' }, /203\.0\.113\.1.*CURFEW_HOST/],
    ['a host name that nobody has', { CURFEW_HOST: 'nobody.invalid' }, /nobody\.invalid.*CURFEW_HOST/],
    ['a data directory that is a file', { CURFEW_DATA_DIR: '/dev/null' }, /\/dev\/null/],
  ] as const) {
    it(`in production with ${what} ends with one sentence`, async () => {
      await expectRefusal(production(env), said);
    });
  }

  it('never repeats a secret that it refuses', async () => {
    const main = production({ CURFEW_SECRETS: 'too-short-and-secret' });
    await main.ended();
    expect(main.err).to.not.include('too-short-and-secret');
  });

  it('in production with everything set starts, says so in one line, and logs nothing', async () => {
    const main = await production().ready();
    expect(main.out.trim().split('\n')).to.have.lengthOf(1);
    expect(main.out).to.include(ISSUER);
    const { status } = await fetch(`http://127.0.0.1:${port}/health/ready`);
    expect(status).to.equal(200);
    expect(await main.stop()).to.equal(0);
    expect(main.err).to.equal('');
  });

  it('in production does not serve the demo account of a development that used the same data', async () => {
    const main = await development();
    await main.stop();
    const secret = (await readFile(join(data(), 'secret'), 'utf8')).trim();
    await expectRefusal(production({ CURFEW_SECRETS: secret }), /demo@example\.com/);
  });

  it('does not start under a secret that cannot open what is stored, and says which is missing', async () => {
    await (await production().ready()).stop();
    await expectRefusal(production({ CURFEW_SECRETS: `another-${SECRET}` }), /CURFEW_SECRETS/);
    await production({ CURFEW_SECRETS: `another-${SECRET},${SECRET}` }).ready();
  });

  it('in development starts with nothing set: what to paste into an app on the screen, and no warning', async () => {
    const main = await development();
    expect(main.out).to.include(`http://127.0.0.1:${port}`).and.include('demo-phone');
    expect(main.out).to.include('com.example.demo:/callback').and.include('http://127.0.0.1/callback');
    expect(main.err).to.equal('');
    const discovery = await fetch(`http://127.0.0.1:${port}/.well-known/openid-configuration`);
    expect(await discovery.json()).to.include({ issuer: `http://127.0.0.1:${port}` });
  });

  it('in development keeps what it made for its owner alone, and the same at the next start', async () => {
    const first = await development();
    expect(await modeOf(data())).to.equal('700');
    for (const file of await readdir(data())) expect(await modeOf(join(data(), file)), file).to.equal('600');
    expect(await readdir(data())).to.include.members(['secret', 'curfew.sqlite']);
    await first.stop();
    const second = await development();
    expect(second.out).to.equal(first.out);
  });

  it('says which port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    const main = start({});
    expect(await main.ended()).to.equal(1);
    other.close();
    expect(main.err).to.match(new RegExp(`${port}.*CURFEW_PORT`));
    expect(main.err.trim().split('\n')).to.have.lengthOf(1);
  });
});
