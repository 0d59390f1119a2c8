import { expect } from 'chai';
import { CALLS, ENDPOINTS } from '../support/endpoints.ts';
import { raw } from '../support/raw-http.ts';
import { openWorld, type World } from '../support/world.ts';

const SPOOFED = {
  host: 'evil.example',
  forwarded: 'for=203.0.113.66;host=evil.example;proto=https',
  'x-forwarded-for': '203.0.113.66',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'https',
  'x-forwarded-port': '4443',
  'x-forwarded-prefix': '/evil',
  'x-original-url': '/evil',
  'x-rewrite-url': '/evil',
  'x-real-ip': '203.0.113.66',
  'x-client-cert': 'evil',
  'x-ssl-client-verify': 'SUCCESS',
};

const OTHER_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'];

describe('what a request says about itself', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  /** The address that the events of a new sign-in name. */
  const addressSeen = async (where: World, forwarded?: string): Promise<string | undefined> => {
    const { sub, ...person } = await where.person();
    const phone = where.phone();
    const request = phone.browser.request.bind(phone.browser);
    if (forwarded !== undefined) {
      phone.browser.request = (url, init = {}) =>
        request(url, {
          ...init,
          headers: { ...Object.fromEntries(new Headers(init.headers)), 'x-forwarded-for': forwarded },
        });
    }
    await phone.signIn(person);
    const events = await where.server.store.events.list({ accountId: sub, limit: 10 });
    return events.find(({ type }) => type === 'signed_in')?.address;
  };

  it('Host and X-Forwarded-*: none of it gets into an answer of any endpoint [110]', async () => {
    for (const { path, method } of CALLS) {
      const { headers, text } = await raw(`${world.issuer}${path}`, { method, headers: SPOOFED });
      expect(JSON.stringify(headers) + text, `${method} ${path}`).to.not.match(/evil|203\.0\.113\.66|4443/);
    }
  });

  it('discovery, redirects and the addresses of forms are those of the issuer, whatever Host says [110]', async () => {
    const honest = await raw(`${world.issuer}/.well-known/openid-configuration`);
    const spoofed = await raw(`${world.issuer}/.well-known/openid-configuration`, { headers: SPOOFED });
    expect(spoofed.text).to.equal(honest.text);
    expect(JSON.parse(spoofed.text)).to.include({ issuer: world.issuer, token_endpoint: `${world.issuer}/token` });
    const begun = await raw(world.phone().request().url, { headers: SPOOFED });
    expect(begun.status).to.equal(303);
    const page = new URL(begun.headers.location ?? '', world.issuer);
    expect(page.origin).to.equal(world.issuer);
    expect([begun.headers['set-cookie']].flat().join()).to.not.match(/domain=|; secure/i);
  });

  it('X-Forwarded-For of a stranger is not believed: events name the address of the socket [110]', async () => {
    expect(await addressSeen(world, '203.0.113.66')).to.equal('127.0.0.1');
  });

  it('a trusted proxy is believed: the rightmost address that is not a proxy of ours [110]', async () => {
    const behind = await openWorld({ config: { trustedProxies: ['127.0.0.1', '10.0.0.0/8'] } });
    expect(await addressSeen(behind, '203.0.113.66')).to.equal('203.0.113.66');
    expect(await addressSeen(behind, '6.6.6.6, 203.0.113.66, 10.1.2.3')).to.equal('203.0.113.66');
    expect(await addressSeen(behind, '::ffff:203.0.113.66')).to.equal('203.0.113.66');
    expect(await addressSeen(behind)).to.equal('127.0.0.1');
    for (const port of ['203.0.113.66:4711', '6.6.6.6, 203.0.113.66:4711, 10.1.2.3:80']) {
      expect(await addressSeen(behind, port), port).to.equal('203.0.113.66');
    }
    expect(await addressSeen(behind, '[2001:db8::1]:4711')).to.equal('2001:db8::1');
    for (const rubbish of ['unknown', '<script>', '_hidden', ', ,,']) {
      expect(await addressSeen(behind, rubbish), rubbish).to.equal('127.0.0.1');
    }
    await behind.close();
  });

  it('an https issuer is kept to https, and says so everywhere [111]', async () => {
    const behindTls = await openWorld({ config: { issuer: 'https://id.example.com', trustedProxies: ['127.0.0.1'] } });
    for (const { path, method } of [...CALLS, { path: '/nothing', method: 'GET' }]) {
      const { headers } = await raw(`${behindTls.issuer}${path}`, { method });
      const hsts = /^max-age=(\d+)$/.exec(headers['strict-transport-security'] ?? '')?.[1];
      expect(Number(hsts), `${method} ${path}`).to.be.at.least(31_536_000);
      expect(headers, `${method} ${path}`).to.include({ 'x-content-type-options': 'nosniff' });
    }
    const { pathname, search } = new URL(behindTls.phone().request().url);
    const begun = await raw(`${behindTls.issuer}${pathname}${search}`);
    const cookies = [begun.headers['set-cookie'] ?? []].flat();
    expect(cookies.length).to.be.greaterThan(0);
    for (const cookie of cookies)
      expect(cookie)
        .to.match(/^__(Host|Secure)-/)
        .and.match(/; secure/i)
        .and.match(/; httponly/i);
    await behindTls.close();
  });

  it('an http issuer sends no HSTS, and nosniff all the same [111]', async () => {
    for (const { path, method } of CALLS) {
      const { headers } = await raw(`${world.issuer}${path}`, { method });
      expect(headers, `${method} ${path}`).to.not.have.property('strict-transport-security');
      expect(headers, `${method} ${path}`).to.include({ 'x-content-type-options': 'nosniff' });
    }
  });

  it('what is not there is 404, and so is a method that an address does not take', async () => {
    for (const path of [
      '/',
      '/nothing',
      '/admin',
      '/.env',
      '/.git/config',
      '/reg',
      '/device',
      '/constructor',
      '/%00',
    ]) {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
        const { status, text } = await raw(`${world.issuer}${path}`, { method });
        expect({ path, method, status }).to.deep.equal({ path, method, status: 404 });
        expect(text).to.equal('Not Found');
      }
    }
  });

  it('a method that an address does not take is no request of its', async () => {
    const others = ENDPOINTS.filter(({ path }) => !path.endsWith('/end-others')).flatMap(({ path, methods }) =>
      OTHER_METHODS.filter((method) => !methods.some((known) => known === method)).map((method) => ({ path, method })),
    );
    for (const { path, method } of others) {
      const { status } = await raw(`${world.issuer}${path}`, { method });
      expect(status, `${method} ${path}`).to.be.oneOf([404, 405]);
    }
  });
});
