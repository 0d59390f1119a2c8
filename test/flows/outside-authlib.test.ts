import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { expect } from 'chai';
import { createResourceServer } from '../../resource-server/index.ts';
import { needs } from '../support/outside-program.ts';
import { API, API_SECRET, openWorld, type World } from '../support/world.ts';

const PYTHON = '/usr/bin/python3';
const AUTHLIB = '/usr/lib/python3/dist-packages/authlib';
const REDIRECT_URI = 'https://phone.example.com/callback';

const isHere = needs(
  "python3's authlib",
  [PYTHON, AUTHLIB, '/usr/lib/python3/dist-packages/requests'],
  'python3-authlib python3-requests',
);

(isHere ? describe : describe.skip)('an app written with authlib for Python', () => {
  let world: World;
  let http: Server;
  let python: ChildProcess;
  let lines: Interface;
  before(async () => {
    world = await openWorld();
    const client = { id: 'api', secret: API_SECRET };
    const api = createResourceServer({
      issuer: world.issuer,
      audience: API,
      client,
      introspection: { cacheSeconds: 0 },
    });
    const check = api.express();
    http = createServer((request, response) => void check(request, response, () => response.end('notes')));
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const script = join(import.meta.dirname, '..', 'support', 'authlib-phone.py');
    python = spawn(PYTHON, ['-W', 'ignore', script, world.issuer, REDIRECT_URI], {
      stdio: ['pipe', 'pipe', 'inherit'],
      // Whatever proxy the machine has: this is all on loopback.
      env: { ...process.env, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' },
    });
    lines = createInterface({ input: python.stdout as NodeJS.ReadableStream });
  });
  after(async () => {
    const gone = once(python, 'exit');
    python.stdin?.end();
    await gone;
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
    await world.close();
  });

  const step = async (name: string, more: object = {}): Promise<Record<string, unknown>> => {
    const answer = once(lines, 'line') as Promise<[string]>;
    python.stdin?.write(`${JSON.stringify({ step: name, ...more })}\n`);
    const said = JSON.parse((await answer)[0]) as Record<string, unknown>;
    if (said['error']) throw new Error(String(said['error']));
    return said;
  };
  const call = async () =>
    (await step('call', { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/` }))['status'];

  it('signs in, calls an API, refreshes, signs out, and is out at once', async () => {
    const person = await world.person();
    const { url } = await step('begin');
    const browser = world.browser();
    const { page } = await browser.go(String(url));
    if (!page) throw new Error('there is no page to sign in on');
    const { left } = await browser.submit(page, '/login', { login: person.email, password: person.password });
    const first = await step('finish', { url: left?.href });
    expect(first).to.include({ refreshes: true });
    expect(await call()).to.equal(200);
    const second = await step('refresh');
    expect(second['access_token']).to.be.a('string').and.not.equal(first['access_token']);
    expect(await call()).to.equal(200);
    expect(await step('sign_out')).to.deep.equal({ status: 200 });
    expect(await call()).to.equal(401);
  });
});
