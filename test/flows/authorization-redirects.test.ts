import { expect } from 'chai';
import { resolveConfig } from '../../server/config.ts';
import { answerTo, ask, claimed, leftOf, pushed } from '../support/authorization.ts';
import { openWorld, standardConfig, type World } from '../support/world.ts';

/** Each differs from a registered URI in a way that has fooled a comparison somewhere. */
const MUTANTS = [
  'https://evil.example/callback',
  'https://phone.example.com.evil.example/callback',
  'https://evil-phone.example.com/callback',
  'https://phone.example.com@evil.example/callback',
  'https://evil.example@phone.example.com/callback',
  'https://phone.example.com\\@evil.example/callback',
  'https:\\\\phone.example.com\\callback',
  'https://phone.example.com%2eevil.example/callback',
  'https://phone.example.com%00.evil.example/callback',
  'https://phone.example.com:8443/callback',
  'https://phone.example.com:443/callback',
  'https://PHONE.example.com/callback',
  'HTTPS://phone.example.com/callback',
  'http://phone.example.com/callback',
  '//phone.example.com/callback',
  '/callback',
  'https://phone.example.com/',
  'https://phone.example.com/Callback',
  'https://phone.example.com/callback/',
  'https://phone.example.com/callback/..',
  'https://phone.example.com/x/../callback',
  'https://phone.example.com/..;/callback',
  'https://phone.example.com/callback%2f',
  'https://phone.example.com/%2fcallback',
  'https://phone.example.com/callback%252f..',
  'https://phone.example.com/callb%61ck',
  'https://phone.example.com/callback?next=1',
  'https://phone.example.com/callback?',
  'https://phone.example.com/callback#',
  'https://phone.example.com/callback#fragment',
  'https://phone.example.com/call\tback',
  'https://phone.example.com/callback\n',
  ' https://phone.example.com/callback',
  'https://phone.example.com/callback,https://evil.example',
  'com.example.phone://callback',
  'com.example.phone:callback',
  'com.example.phone:/callback/more',
  'com.example.phone.evil:/callback',
  'com.example.other:/callback',
  'javascript:alert(1)',
  'data:text/html,hello',
  'file:///callback',
];

/** Only the port of a loopback redirect is free (RFC 8252 §7.3). */
const LOOPBACK_MUTANTS = [
  'http://localhost/callback',
  'http://localhost:4711/callback',
  'http://127.0.0.2:4711/callback',
  'http://[::1]:4711/callback',
  'http://0.0.0.0:4711/callback',
  'https://127.0.0.1:4711/callback',
  'http://127.0.0.1.evil.example:4711/callback',
  'http://127.0.0.1:4711@evil.example/callback',
  'http://evil.example@127.0.0.1:4711/callback',
  'http://127.0.0.1:4711/',
  'http://127.0.0.1:4711/callback/x',
  'http://127.0.0.1:4711/x/../callback',
  'http://127.0.0.1:4711/callback?next=1',
  'http://127.0.0.1:4711/callback#fragment',
  'http://127.0.0.1:65536/callback',
  'http://127.0.0.1:4711:80/callback',
];

describe('where an authorization request may be answered', () => {
  let world: World;
  before(async () => {
    const v6 = {
      client_id: 'desktop',
      application_type: 'native' as const,
      token_endpoint_auth_method: 'none' as const,
      redirect_uris: ['http://[::1]:8080/callback'],
      first_party: true,
    };
    world = await openWorld({ config: { clients: [...standardConfig.clients, v6] } });
  });
  after(() => world.close());

  for (const mutant of [...MUTANTS, ...LOOPBACK_MUTANTS]) {
    it(`[1] [2] [4] [5] never goes to ${JSON.stringify(mutant)}`, async () => {
      const phone = world.phone();
      // The second request has a fault that the server would tell the app of, at its redirect.
      for (const params of [{}, { response_type: 'token' }, { scope: '\u0000' }]) {
        const { url } = phone.request({ redirect_uri: mutant, ...params });
        const response = await phone.browser.request(url);
        expect(response.status).to.equal(400);
        expect(response.headers.get('location')).to.equal(null);
        expect(await response.text()).to.not.match(/(href|action)="[^"]*(evil|phone\.example|alert)/);
      }
      const query = Object.fromEntries(new URL(phone.request({ redirect_uri: mutant }).url).searchParams);
      expect(await pushed(world, query)).to.have.property('status', 400);
    });
  }

  it('[5] shows a page for an unknown client, for none, and for one without a redirect', async () => {
    for (const params of [{ client_id: 'nobody' }, { client_id: '' }, { redirect_uri: '' }, { client_id: 'api' }]) {
      const { url } = world.phone().request(params as unknown as Record<string, string>);
      const response = await world.browser().request(url);
      expect(response.status).to.equal(400);
      expect(response.headers.get('location')).to.equal(null);
      expect(response.headers.get('content-type')).to.match(/^text\/html/);
    }
  });

  it('[2] answers a loopback redirect on whatever port the app got, with an IPv4 or an IPv6 address', async () => {
    const person = await world.person();
    const homes = [
      ['phone', 'http://127.0.0.1/callback'],
      ['phone', 'http://127.0.0.1:1/callback'],
      ['phone', 'http://127.0.0.1:49152/callback'],
      ['phone', 'http://127.0.0.1:65535/callback'],
      ['desktop', 'http://[::1]:8080/callback'],
      ['desktop', 'http://[::1]:50123/callback'],
    ] as const;
    for (const [clientId, home] of homes) {
      const phone = world.phone(clientId);
      const pending = phone.request({ redirect_uri: home });
      const left = await phone.authorize(pending, person);
      expect(`${left.origin}${left.pathname}`).to.equal(home);
      expect(await phone.exchange(phone.code(left, pending), pending)).to.have.property('status', 200);
    }
  });

  it('[2] redeems a code on the loopback port that it was asked for alone', async () => {
    const phone = world.phone();
    const pending = phone.request({ redirect_uri: 'http://127.0.0.1:50001/callback' });
    const code = phone.code(await phone.authorize(pending, await world.person()), pending);
    const { body } = await phone.exchange(code, { ...pending, redirectUri: 'http://127.0.0.1:50002/callback' });
    expect(body).to.have.property('error', 'invalid_grant');
  });

  it('answers each kind of redirect that a native app has, at exactly that address', async () => {
    const person = await world.person();
    for (const home of ['com.example.phone:/callback', claimed('phone')]) {
      const phone = world.phone();
      const left = await phone.authorize(phone.request({ redirect_uri: home }), person);
      expect(left.href.split('?')[0]).to.equal(home);
    }
  });

  it('[5] tells the app of its own mistakes at its redirect, with its state', async () => {
    const { pending, landing } = await ask(world.phone(), { response_type: 'token' });
    expect(leftOf(landing).href).to.match(/^com\.example\.phone:\/callback/);
    expect(leftOf(landing).href).to.include(`state=${pending.state}`);
    expect(await answerTo(world.phone(), { max_age: 'soon' })).to.equal('invalid_request');
  });
});

describe('which redirects a client may be registered with', () => {
  const register = (uri: string, more: object = {}) => {
    const client = { client_id: 'app', token_endpoint_auth_method: 'none' as const, redirect_uris: [uri], ...more };
    return () =>
      resolveConfig({
        issuer: 'https://id.example.com',
        production: true,
        secrets: ['s'.repeat(32)],
        clients: [client],
      });
  };

  for (const uri of [
    'javascript:alert(1)',
    'data:text/html,x',
    'myapp:/callback',
    'http://app.example.com/callback',
    'http://localhost/callback',
    'https://*.example.com/callback',
    'https://app.example.com/callback#here',
    'https://app@example.com/callback',
    'https:\\\\app.example.com',
    '/callback',
  ]) {
    it(`[3] [4] refuses ${uri} of a native app`, () => expect(register(uri)).to.throw(/redirect_uris/));
  }

  it('[3] takes a reversed domain name, loopback addresses, and claimed https', () => {
    for (const uri of ['com.example.app:/cb', 'http://127.0.0.1/cb', 'http://[::1]/cb', 'https://app.example.com/cb']) {
      expect(register(uri)).to.not.throw();
    }
  });

  it('[31] has no key for an address that the server would fetch', () => {
    for (const key of ['jwks_uri', 'request_uris', 'sector_identifier_uri', 'backchannel_logout_uri', 'logo_uri']) {
      expect(register('com.example.app:/cb', { [key]: 'http://169.254.169.254/' }), key).to.throw(new RegExp(key));
    }
  });
});
