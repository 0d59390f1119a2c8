import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Handler } from '../../server/host.ts';
import { createListener, LIMITS, type ListenerLimits } from '../../server/listener.ts';
import { Line } from '../support/line.ts';
import { freePort, MainProcess } from '../support/main-process.ts';
import { openWorld, type World } from '../support/world.ts';

const HEADERS = 'POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n';

describe('a client that takes its time is cut off [112]', () => {
  let world: World;
  const open: Server[] = [];
  before(async () => {
    world = await openWorld();
  });
  afterEach(() => {
    for (const http of open.splice(0)) http.close().closeAllConnections();
  });
  after(() => world.close());

  const listening = async (limits: Partial<ListenerLimits>, handler: Handler = world.server.callback()) => {
    const http = createListener(handler, { ...LIMITS, checkEveryMs: 20, ...limits });
    open.push(http);
    await once(http.listen(0, '127.0.0.1'), 'listening');
    return { http, port: (http.address() as AddressInfo).port };
  };

  for (const [what, said] of [
    ['says nothing at all', ''],
    ['stops within the first line', 'POST /tok'],
    ['never ends its headers', 'POST /token HTTP/1.1\r\nHost: x\r\nX-Slow: '],
  ] as const) {
    it(`that ${what}`, async () => {
      const { port } = await listening({ headersMs: 60 });
      const line = new Line(port);
      line.say(said);
      expect(await line.ends()).to.match(/^HTTP\/1\.1 408 /);
    });
  }

  it('that sends its headers byte by byte, however steadily', async () => {
    const { port } = await listening({ headersMs: 100 });
    const line = new Line(port);
    line.say('POST /token HTTP/1.1\r\nX-Slow: ');
    const drip = setInterval(() => line.say('a'), 10);
    expect(await line.ends()).to.match(/^HTTP\/1\.1 408 /);
    clearInterval(drip);
  });

  it('that sends its body byte by byte, at the endpoints that read one', async () => {
    const { port } = await listening({ headersMs: 60, requestMs: 120 });
    for (const path of ['/token', '/token/introspection', '/token/revocation', '/request', '/userinfo']) {
      const line = new Line(port);
      line.say(`${HEADERS.replace('/token', path)}Content-Length: 100000\r\n\r\nclient_id=`);
      const drip = setInterval(() => line.say('a'), 10);
      await line.ends();
      clearInterval(drip);
    }
  });

  it('that keeps its connection and asks for nothing more', async () => {
    const { port } = await listening({ keepAliveMs: 30 });
    const line = new Line(port);
    line.say('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await line.ends()).to.match(/^HTTP\/1\.1 200 /);
  });

  it('that does not read its answer', async () => {
    // More than the buffers of two sockets hold: no answer of ours is that long.
    const long = Buffer.alloc(64 * 1024 * 1024);
    const { http, port } = await listening({ stalledMs: 100 }, async (_req, res) => void res.end(long));
    const accepted = once(http, 'connection') as Promise<[Socket]>;
    const line = new Line(port);
    line.covers();
    const [socket] = await accepted;
    line.say('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'close');
    line.hangUp();
  });

  it('that sends one request after the other, and waits for no answer', async () => {
    const { port } = await listening({});
    const ask = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';
    const patient = new Line(port);
    patient.say(ask.repeat(LIMITS.pipelined));
    while (patient.heard.split('HTTP/1.1 200 ').length <= LIMITS.pipelined) await patient.more();
    patient.say(ask.repeat(LIMITS.pipelined + 1));
    await patient.ends();
  });

  it('while whoever asks in one go is answered', async () => {
    const { port } = await listening({ headersMs: 60, requestMs: 120, stalledMs: 500 });
    const slow = Array.from({ length: 50 }, () => new Line(port));
    for (const line of slow) line.say('POST /token HTTP/1.1\r\nX-Slow: ');
    const reply = await fetch(`http://127.0.0.1:${port}/health/ready`);
    expect(reply.status).to.equal(200);
    for (const line of slow) expect(await line.ends()).to.match(/^HTTP\/1\.1 408 /);
  });

  it('in the process that an operator starts too, after ten seconds', async function () {
    // Looked at once a second: the platform's own half minute would be too late.
    this.timeout(25_000);
    const folder = await mkdtemp(join(tmpdir(), 'curfew-slow-'));
    const port = await freePort();
    const main = await new MainProcess({ CURFEW_PORT: String(port), CURFEW_DATA_DIR: folder }).ready();
    const lines = ['', 'POST /token HTTP/1.1\r\nX-Slow: '].map((said) => {
      const line = new Line(port);
      line.say(said);
      return line;
    });
    for (const line of lines) expect(await line.ends()).to.match(/^HTTP\/1\.1 408 /);
    expect(await main.stop()).to.equal(0);
    await rm(folder, { recursive: true, force: true });
  });

  it('within these times: headers 10 s, the whole request 30 s, between two 65 s, without a byte 60 s', () => {
    const http = createListener(world.server.callback());
    expect(http).to.include({
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
      timeout: 60_000,
    });
  });
});
