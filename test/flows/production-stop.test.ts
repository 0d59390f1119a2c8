import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Browser } from '../support/browser.ts';
import { Line } from '../support/line.ts';
import { freePort, MainProcess } from '../support/main-process.ts';
import { Phone } from '../support/phone.ts';
import { openWorld } from '../support/world.ts';

describe('a process that is asked to stop', () => {
  let folder: string;
  let port: number;
  let main: MainProcess;
  let phone: Phone;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-stop-'));
    port = await freePort();
    main = await new MainProcess({ CURFEW_PORT: String(port), CURFEW_DATA_DIR: folder }).ready();
    const [, email = '', password = ''] = /sign in as\s+(\S+)\s+(\S+)/.exec(main.out) ?? [];
    const issuer = `http://127.0.0.1:${port}`;
    phone = new Phone(issuer, 'demo-phone', new Browser(issuer));
    const request = { redirect_uri: 'com.example.demo:/callback', scope: 'openid notes:read' };
    await phone.signIn({ email, password }, request);
  });
  afterEach(async () => {
    await main.stop('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  const refreshOn = (line: Line): { head: string; rest: string } => {
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'demo-phone',
      refresh_token: phone.refreshToken,
    }).toString();
    const type = 'Content-Type: application/x-www-form-urlencoded';
    line.say(
      `POST /token HTTP/1.1\r\nHost: x\r\n${type}\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
    );
    return { head: body.slice(0, 20), rest: body.slice(20) };
  };

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`by ${signal} answers what is under way, takes nothing new, and ends with 0`, async function () {
      // It does not wait until the time for draining is over.
      this.timeout(8_000);
      const underWay = new Line(port);
      const { head, rest } = refreshOn(underWay);
      await underWay.hears('100 Continue');
      underWay.say(head);
      main.child.kill(signal);
      await refusesConnections(port);
      underWay.say(rest);
      expect(await underWay.ends())
        .to.match(/HTTP\/1\.1 200 OK/)
        .and.match(/"refresh_token":"[\w-]+\.1\./);
      expect(await main.ended()).to.equal(0);
      expect(main.err).to.equal('');
    });
  }

  it('leaves everything in one file, and the phone goes on after the next start', async () => {
    const { refresh_token: next = '' } = await phone.refresh();
    expect(await main.stop()).to.equal(0);
    const file = await readFile(join(folder, 'curfew.sqlite'));
    expect(file.includes(phone.sid)).to.equal(true);
    main = await new MainProcess({ CURFEW_PORT: String(port), CURFEW_DATA_DIR: folder }).ready();
    expect((await phone.refreshWith(next)).status).to.equal(200);
  });

  it('says at readiness that it is about to stop, while it still answers', async () => {
    const world = await openWorld();
    const signedIn = await world.signedIn();
    const ready = async () => (await fetch(`${world.issuer}/health/ready`)).status;
    expect(await ready()).to.equal(200);
    world.server.drain();
    expect(await ready()).to.equal(503);
    expect((await fetch(`${world.issuer}/health/live`)).status).to.equal(200);
    await signedIn.refresh();
    await world.close();
  });
});

/** Resolves once nobody listens at the port. */
const refusesConnections = async (port: number): Promise<void> => {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const refused = await Promise.race([
      once(socket, 'connect').then(() => false),
      once(socket, 'error').then(() => true),
    ]).catch(() => true);
    socket.destroy();
    if (refused) return;
  }
};
