import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createServer } from '../../server/index.ts';
import { Browser } from '../support/browser.ts';
import { freePort, run } from '../support/child.ts';
import { HostUsers } from '../support/host-users.ts';
import { Phone } from '../support/phone.ts';
import { standardConfig } from '../support/world.ts';

const INDEX = join(import.meta.dirname, '..', '..', 'server', 'index.ts');

describe('a host that closes the server', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'curfew-close-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  const script = (last: string) => `
    import { createServer as createHttpServer } from 'node:http';
    import { createServer } from ${JSON.stringify(INDEX)};
    const config = { issuer: 'http://127.0.0.1:1/as', dataDir: ${JSON.stringify(dataDir)}, eventsFile: ${JSON.stringify(join(dataDir, 'events'))} };
    const curfew = await createServer({ config });
    await curfew.accounts.add({ email: 'ada@example.com', password: 'a long walk by the sea' });
    ${last}`;

  it('leaves nothing open: the process ends by itself', async () => {
    const last = `
      const http = createHttpServer(curfew.callback());
      await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
      const url = 'http://127.0.0.1:' + http.address().port + '/as/.well-known/openid-configuration';
      const { issuer } = await (await fetch(url, { headers: { connection: 'close' } })).json();
      await new Promise((resolve) => http.close(resolve));
      await Promise.all([curfew.close(), curfew.close()]);
      await new Promise(setImmediate);
      console.log(issuer, process.getActiveResourcesInfo().filter((name) => !/Wrap$/.test(name)));`;
    const { stdout } = await run(process.execPath, ['--input-type=module-typescript', '-e', script(last)]);
    expect(stdout).to.equal('http://127.0.0.1:1/as []\n');
  });

  it('leaves nothing open where it could not start either', async () => {
    const last = `
      await curfew.close();
      const bad = { ...config, dataDir: '/dev/null/none' };
      console.log(await createServer({ config: { ...bad, secrets: ['x'.repeat(40)] } }).catch(({ code }) => code));
      console.log(await createServer({ config: { ...config, prot: 1 } }).catch(({ code }) => code));`;
    const { stdout } = await run(process.execPath, ['--input-type=module-typescript', '-e', script(last)]);
    expect(stdout).to.equal('unavailable\nwrong_configuration\n');
  });

  it('is given what is under way, and answers 503 afterwards', async () => {
    const issuer = `http://127.0.0.1:${await freePort()}`;
    const users = new HostUsers();
    const curfew = await createServer({
      config: { issuer, dataDir, logLevel: 'silent', ...standardConfig },
      accounts: users,
    });
    const handle = curfew.callback();
    let arrived = 0;
    const http = createHttpServer((req, res) => {
      arrived += 1;
      void handle(req, res);
    }).listen(Number(new URL(issuer).port), '127.0.0.1');
    try {
      const phone = new Phone(issuer, 'phone', new Browser(issuer));
      await phone.signIn(users.add('ada'));
      arrived = 0;
      const underWay = Array.from({ length: 20 }, () => phone.refreshWith(phone.refreshToken));
      while (arrived < underWay.length) await new Promise(setImmediate);
      await curfew.close();
      const replies = await Promise.all(underWay);
      expect(new Set(replies.map(({ status }) => status))).to.deep.equal(new Set([200]));
      const late = await phone.refreshWith(phone.refreshToken);
      expect(late.status).to.equal(503);
      expect(late.body).not.to.have.property('error');
    } finally {
      http.closeAllConnections();
      http.close();
      await curfew.close();
    }
  });

  it('may give the resolved configuration or its input', async () => {
    const config = { issuer: 'http://127.0.0.1:1', dataDir };
    const server = await createServer({ config });
    expect(await server.accounts?.list(1)).to.deep.equal([]);
    expect(await server.sessions.list('nobody')).to.deep.equal({ sessions: [], browsers: [] });
    await server.close();
  });
});
