import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Browser } from '../support/browser.ts';
import { freePort, run, startNode, stopped } from '../support/child.ts';
import { deadLinks } from '../support/page-links.ts';
import { Phone } from '../support/phone.ts';
import { PASSWORD } from '../support/world.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const TSC = join(dirname(fileURLToPath(import.meta.resolve('typescript/package.json'))), 'bin', 'tsc');

/** What a host application writes. The second half is what its compiler has to refuse. */
const APP = `
import { createServer as createHttpServer } from 'node:http';
import { type Accounts, type Config, CurfewError, createServer, defineConfig, type Handler, resolveConfig, type SessionEvent } from 'curfew';

const [port = '0', dataDir = ''] = process.argv.slice(2);
const file = defineConfig({ clients: [{ client_id: 'phone', redirect_uris: ['com.example.phone:/callback'], first_party: true }] });
const config: Config = resolveConfig({ issuer: \`http://127.0.0.1:\${port}/as\`, dataDir, ...file });
const curfew = await createServer({ config });
const handle: Handler = curfew.callback();
curfew.events.on('event', ({ type, sid }: SessionEvent) => console.log(type, sid));
await curfew.accounts?.add({ email: 'ada@example.com', password: '${PASSWORD}' });
const { sessions, browsers } = await curfew.sessions.list('nobody');
const http = createHttpServer((req, res) => void handle(req, res));
http.listen(Number(port), '127.0.0.1', () => console.log('ready', sessions.length + browsers.length));
process.once('SIGTERM', () => http.close(() => void curfew.close()));

export const wrong = () => {
  const accounts: Accounts = {
    find: async (sub) => ({ sub }),
    findByLogin: async () => undefined,
    // @ts-expect-error: a verdict is a boolean
    verifyPassword: async () => 'yes',
    claims: async (sub) => ({ sub }),
  };
  // @ts-expect-error: no such setting
  resolveConfig({ issuer: 'https://auth.example.com', prot: 1 });
  // @ts-expect-error: no such reason
  void curfew.sessions.endAll('sub', 'because');
  // @ts-expect-error: no such code
  return [accounts, new CurfewError('because')];
};
`;

/** What an API's team writes, with its own test beside it; types of frameworks are not among what it needs. */
const API = `
import { type Access, AccessError, createResourceServer, requireFresh, requireScope } from 'curfew/resource-server';
import { startTestIssuer } from 'curfew/resource-server/testing';

const issuer = await startTestIssuer();
const audience = 'https://api.example.com';
const api = createResourceServer(issuer.options(audience));
const call = async (scope: string): Promise<string> => {
  const headers = { authorization: \`Bearer \${await issuer.token({ audience, scope, sub: 'ada' })}\` };
  try {
    const access: Access = await api.authenticate({ method: 'GET', url: '/', headers }, requireScope('a'), requireFresh(60));
    return access.sub;
  } catch (error) {
    return error instanceof AccessError ? error.code : 'a fault';
  }
};
console.log(await call('a'), await call('b'));
await issuer.close();

// @ts-expect-error: no issuer
export const wrong = () => createResourceServer({ audience });
// @ts-expect-error: seconds are a number
export const wrongToo = () => api.koa(requireFresh('60'));
`;

const TOP = ['CHANGELOG.md', 'LICENSE', 'README.md', 'deploy', 'dist', 'docs', 'package.json'];

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    target: 'es2024',
    module: 'nodenext',
    verbatimModuleSyntax: true,
    // Not skipLibCheck: the package's declarations have to stand by themselves.
    skipLibCheck: false,
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules', '@types')],
  },
  include: ['app.ts', 'api.ts'],
};

describe('the package that npm packs', function () {
  this.timeout(300_000);
  let dir: string;
  let project: string;
  const inPackage = (...path: string[]) => join(project, 'node_modules', 'curfew', ...path);

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'curfew-package-'));
    project = join(dir, 'project');
    await mkdir(project);
    await run('npm', ['pack', '--pack-destination', dir], { cwd: ROOT });
    const tarball = (await readdir(dir)).find((name) => name.endsWith('.tgz')) ?? '';
    await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    await writeFile(join(project, 'app.ts'), APP);
    await writeFile(join(project, 'api.ts'), API);
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join(dir, tarball)], { cwd: project });
  });
  after(() => rm(dir, { recursive: true, force: true }));

  it('holds what is compiled, the pages, and what is to be read: no sources, no tests', async () => {
    const files = await readdir(inPackage(), { recursive: true, withFileTypes: true });
    const names = files
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name).slice(inPackage().length + 1));
    const top = new Set(names.map((name) => name.split('/')[0]));
    expect([...top].sort()).to.deep.equal(TOP);
    const kinds = new Set(names.filter((name) => name.startsWith('dist/')).map((name) => /\.[a-z.]+$/.exec(name)?.[0]));
    expect([...kinds].sort()).to.deep.equal(['.css', '.d.ts', '.eta', '.js', '.svg']);
    const isMeant = (name: string) => name.startsWith('dist/resource-server/testing/') || name === 'docs/benchmarks.md';
    expect(names.filter((name) => /test|bench|example/.test(name) && !isMeant(name))).to.deep.equal([]);
    const { dependencies } = JSON.parse(await readFile(inPackage('package.json'), 'utf8'));
    expect(await readdir(join(project, 'node_modules'))).not.to.include('node');
    expect(dependencies).not.to.have.any.keys('node', 'typescript', 'express', 'fastify');
  });

  it('has pages whose links lead to what it holds, save for the pictures of README.md', async () => {
    const dead = await deadLinks(inPackage());
    expect(dead.filter((link) => !link.startsWith('README.md: docs/images/'))).to.deep.equal([]);
  });

  it('has types that a strict compiler takes, and that refuse what is wrong', async () => {
    await run(process.execPath, [TSC, '-p', project]);
  });

  it("is imported by an API too, with what the API's own tests need", async () => {
    const { stdout } = await run(process.execPath, ['api.ts'], { cwd: project });
    expect(stdout.trim()).to.equal('ada insufficient_scope');
  });

  it('is imported, mounted, and signs a person in through its pages', async () => {
    const port = await freePort();
    const issuer = `http://127.0.0.1:${port}/as`;
    const app = await startNode(['app.ts', String(port), join(dir, 'data')], 'ready 0', project);
    try {
      const discovery = await fetch(`${issuer}/.well-known/openid-configuration`);
      expect(await discovery.json()).to.include({ issuer });
      const phone = new Phone(issuer, 'phone', new Browser(issuer));
      const { page } = await phone.browser.go(phone.request({ scope: 'openid', resource: '' }).url);
      expect(page?.html).to.include('type="password"');
      const stylesheet = /href="([^"]+\.css)"/.exec(page?.html ?? '')?.[1] ?? '';
      expect((await fetch(new URL(stylesheet, issuer))).headers.get('content-type')).to.match(/^text\/css/);
      await phone.signIn({ email: 'ada@example.com', password: PASSWORD }, { scope: 'openid', resource: '' });
      await phone.refresh();
    } finally {
      expect(await stopped(app)).to.equal(0);
    }
  });

  it('brings its command line', async () => {
    const { stdout } = await run('npx', ['--no-install', 'curfew', '--help'], { cwd: project });
    expect(stdout).to.include('curfew [options] [command]').and.include('account').and.include('session');
  });

  for (const [where, args] of [
    ['the package', () => [inPackage('dist', 'server', 'cli', 'main.js')]],
    ['the checkout', () => [join(ROOT, 'server', 'cli', 'main.ts')]],
  ] as const) {
    it(`lets a configuration file import it, wherever the file lies: read by ${where}`, async () => {
      const file = join(dir, 'curfew.config.ts');
      const client = "{ client_id: 'phone', redirect_uris: ['com.example.phone:/callback'] }";
      const text = `import { defineConfig } from 'curfew';\nexport default defineConfig({ clients: [${client}] });\n`;
      await writeFile(file, text);
      const env = { CURFEW_CONFIG: file, CURFEW_DATA_DIR: join(dir, 'other-data') };
      const { stdout } = await run(process.execPath, [...args(), 'config', 'check'], { env, cwd: dir });
      expect(stdout).to.include('is valid');
    });
  }

  it('is a server of its own', async () => {
    const port = String(await freePort());
    const env = { CURFEW_PORT: port, CURFEW_DATA_DIR: join(dir, 'own-data') };
    const server = await startNode([inPackage('dist', 'server', 'main.js')], 'Curfew is ready', dir, env);
    try {
      expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).to.equal(200);
    } finally {
      expect(await stopped(server)).to.equal(0);
    }
  });

  it('has a package.json that npm would not mend', async () => {
    const before = await readFile(join(ROOT, 'package.json'), 'utf8');
    const copy = join(dir, 'package.json');
    await writeFile(copy, before);
    await run('npm', ['pkg', 'fix'], { cwd: dir });
    expect(JSON.parse(await readFile(copy, 'utf8'))).to.deep.equal(JSON.parse(before));
  });
});
