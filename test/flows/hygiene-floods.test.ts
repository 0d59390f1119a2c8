import { once } from 'node:events';
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { CALLS } from '../support/endpoints.ts';
import { type RawAnswer, raw } from '../support/raw-http.ts';
import { openWorld, type World } from '../support/world.ts';

const MEGABYTE = 1024 * 1024;
const TYPES = ['application/x-www-form-urlencoded', 'application/json', 'text/plain'];

/** Buffers lie outside the heap. */
const held = (): number => {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const heldAfterCollection = (): number => {
  collect();
  return held();
};

/** Of headers that are too long: a server that closes while the rest is on its way may be seen to close, and nothing else. */
const refusal = (answer: Promise<RawAnswer>): Promise<number | string | undefined> =>
  answer.then(
    ({ status }) => status,
    ({ code }: NodeJS.ErrnoException) => (code === 'ECONNRESET' || code === 'EPIPE' ? 431 : code),
  );

describe('what is too much is refused, and nothing of it is kept [112]', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  it('100 MB to every endpoint: no 5xx, and the memory stays flat', async function () {
    this.timeout(120_000);
    await raw(`${world.issuer}/health/live`);
    const atStart = heldAfterCollection();
    let most = 0;
    // A body that is kept outlives a collection; what only waits for one is no leak.
    const watch = setInterval(() => {
      most = Math.max(most, heldAfterCollection());
    }, 50);
    for (const { path, method } of CALLS) {
      const type = TYPES[path.length % TYPES.length] ?? '';
      const headers = { 'content-type': type, origin: world.issuer };
      const request = { method, headers, body: 'client_id=phone&a=', flood: 100 * MEGABYTE };
      const { status } = await raw(`${world.issuer}${path}`, request);
      expect(status, `${method} ${path}`).to.be.within(200, 499);
    }
    clearInterval(watch);
    expect((most - atStart) / MEGABYTE).to.be.lessThan(80);
  });

  it('a form of 100 MB at the endpoints that read forms is refused as such', async () => {
    for (const path of ['/token', '/token/introspection', '/token/revocation', '/request']) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: world.issuer };
      const { status, text } = await raw(`${world.issuer}${path}`, { method: 'POST', headers, flood: 100 * MEGABYTE });
      expect(status, path).to.be.oneOf([400, 401]);
      expect(JSON.parse(text), path).to.have.keys('error', 'error_description');
    }
  });

  it('64 KB of headers are refused at every endpoint', async () => {
    for (const { path, method } of CALLS) {
      const headers = { cookie: 'a'.repeat(64 * 1024) };
      expect(await refusal(raw(`${world.issuer}${path}`, { method, headers })), `${method} ${path}`).to.equal(431);
    }
  });

  it('an address of 64 KB is refused', async () => {
    expect(await refusal(raw(`${world.issuer}/auth?state=${'a'.repeat(64 * 1024)}`))).to.equal(431);
  });

  it('requests by the thousand leave nothing in memory', async () => {
    const one = async () => (await fetch(`${world.issuer}/token`, { method: 'POST' })).arrayBuffer();
    const rounds = async (count: number) => {
      for (let round = 0; round < count; round++) await Promise.all(Array.from({ length: 250 }, one));
      world.logged.length = 0;
      return heldAfterCollection();
    };
    const before = await rounds(2);
    expect(((await rounds(8)) - before) / MEGABYTE).to.be.lessThan(10);
  });

  it('a connection that breaks in the middle of a form is a line of the log, and nothing on the screen', async () => {
    world.logged.length = 0;
    const screen: unknown[] = [];
    const { error } = console;
    console.error = (...lines: unknown[]) => void screen.push(...lines);
    const { port, hostname } = new URL(world.issuer);
    const socket = connect(Number(port), hostname);
    const form = 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nclient_id=';
    // The server says that it reads before it is left alone.
    socket.write(`POST /token HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n${form}`);
    await once(socket, 'data');
    socket.resetAndDestroy();
    while (!world.logged.some((line) => line.includes('a connection broke'))) await new Promise(setImmediate);
    console.error = error;
    expect(screen).to.deep.equal([]);
  });
});
