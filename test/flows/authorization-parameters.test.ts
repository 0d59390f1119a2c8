import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { answerTo, ask, claimed, leftOf, PAYMENT, pageOf } from '../support/authorization.ts';
import { API, basic, JWT_API, openWorld, PAYMENTS, type World } from '../support/world.ts';

const WEB = basic('web', 'web-secret-that-only-the-tests-know-0123456789');

describe('what an authorization request has to say', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  it('[6] refuses every client that sends no code_challenge, or the plain one', async () => {
    for (const client of ['phone', 'bank', 'other', 'norefresh', 'web']) {
      const phone = world.phone(client);
      const redirect_uri = claimed(client);
      for (const pkce of [
        { code_challenge: '', code_challenge_method: '' },
        { code_challenge: '' },
        { code_challenge_method: '' },
        { code_challenge_method: 'plain' },
        { code_challenge_method: 's256' },
        { code_challenge: 'too-short' },
      ]) {
        expect(await answerTo(phone, { redirect_uri, ...pkce }), JSON.stringify(pkce)).to.equal('invalid_request');
      }
    }
  });

  it('[7] redeems no code without its verifier, with another, or with the challenge itself', async () => {
    const phone = world.phone();
    const person = await world.person();
    const pending = phone.request();
    const code = phone.code(await phone.authorize(pending, person), pending);
    const challenge = new URL(pending.url).searchParams.get('code_challenge') ?? '';
    for (const verifier of [phone.request().verifier, challenge]) {
      expect((await phone.exchange(code, { ...pending, verifier })).body).to.have.property('error', 'invalid_grant');
    }
    const without = { grant_type: 'authorization_code', code, redirect_uri: pending.redirectUri };
    expect((await phone.token(without)).body).to.have.property('error', 'invalid_grant');
    expect(await phone.exchange(code, pending), 'and none of that burnt it').to.have.property('status', 200);
  });

  it('[8] [9] knows no response type but code, and no password grant', async () => {
    for (const response_type of ['token', 'id_token', 'code token', 'code id_token', 'none', 'CODE']) {
      const refusals = ['unsupported_response_type', 'invalid_request'];
      expect(await answerTo(world.phone(), { response_type, nonce: 'n' })).to.be.oneOf(refusals);
    }
    for (const grant_type of ['password', 'client_credentials', 'implicit']) {
      const { body } = await world.phone().token({ grant_type, username: 'a', password: 'b', scope: 'openid' });
      expect(body['error']).to.be.oneOf(['unsupported_grant_type', 'unauthorized_client', 'invalid_request']);
      expect(body).to.not.have.property('access_token');
    }
  });

  it('[10] says which server answers: in codes, in errors, and in the metadata', async () => {
    const phone = world.phone();
    const code = await phone.authorize(phone.request(), await world.person());
    expect(code.searchParams.get('iss')).to.equal(world.issuer);
    const error = leftOf((await ask(world.phone(), { prompt: 'none' })).landing);
    expect(error.searchParams.get('iss')).to.equal(world.issuer);
    const metadata = await (await fetch(`${world.issuer}/.well-known/openid-configuration`)).json();
    expect(metadata).to.include({ issuer: world.issuer, authorization_response_iss_parameter_supported: true });
    expect(metadata).to.deep.include({
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
    });
  });

  it('[13] is not for scripts of other pages: no CORS on /auth, asked or not', async () => {
    const { url } = world.phone().request();
    for (const method of ['GET', 'OPTIONS']) {
      const headers = { origin: 'https://phone.example.com', 'access-control-request-method': 'GET' };
      const response = await fetch(url, { method, headers, redirect: 'manual' });
      expect(response.headers.get('access-control-allow-origin')).to.equal(null);
    }
  });

  it('[15] refuses a parameter that comes twice, and does not mind one that nobody knows', async () => {
    for (const name of ['scope', 'prompt', 'code_challenge', 'response_type', 'nonce', 'device_id']) {
      const { url } = world
        .phone()
        .request({ [name]: new URL(world.phone().request().url).searchParams.get(name) ?? 'x' });
      const landing = await world.browser().go(`${url}&${name}=again`);
      expect(leftOf(landing).searchParams.get('error'), name).to.equal('invalid_request');
    }
    for (const name of ['redirect_uri', 'client_id']) {
      const landing = await world.browser().go(`${world.phone().request().url}&${name}=phone`);
      expect(pageOf(landing).status, name).to.equal(400);
    }
    expect(await answerTo(world.phone(), { foo: 'bar', 'a[$ne]': '1', constructor: 'x', ui_locales: 'de' })).to.equal(
      'login',
    );
  });

  it('[25] answers in the query alone, and to a web client by a form post where it asks', async () => {
    const person = await world.person();
    for (const response_mode of ['fragment', 'form_post', 'web_message', 'jwt', 'query.jwt', 'foo']) {
      const { landing } = await ask(world.phone(), { response_mode });
      const said = landing.left ? `${landing.left.search}${landing.left.hash}` : landing.page?.html;
      expect(said, response_mode)
        .to.match(/invalid_request|unsupported_response_mode/)
        .and.not.match(/code=|name="code"/);
    }
    const web = world.phone('web');
    const request = { redirect_uri: claimed('web'), response_mode: 'form_post' };
    const asked = await ask(web, request);
    const page = pageOf(await web.answer(asked.landing, person));
    expect(page.html).to.match(/<form[^>]* action="https:\/\/web\.example\.com\/callback"/);
    const code = /name="code" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
    expect(await web.exchange(code, asked.pending, { authorization: WEB })).to.have.property('status', 200);
  });

  it('[29] refuses a resource that is relative, has a fragment, or is unknown, and burns no refresh token', async () => {
    const bad = [
      '/notes',
      'notes',
      `${API}#part`,
      'https://unknown.example.com',
      `${API}/`,
      'constructor',
      '__proto__',
    ];
    const phone = await world.signedIn();
    for (const resource of bad) {
      expect(await answerTo(world.phone(), { resource }), resource).to.equal('invalid_target');
      const { body } = await phone.refreshWith(phone.refreshToken, { resource });
      expect(body, resource).to.have.property('error', 'invalid_target');
    }
    expect(await phone.refresh())
      .to.have.property('refresh_token')
      .that.matches(/\.1\./);
  });

  it('[30] gives out no token for a resource that was not asked for at the beginning', async () => {
    const phone = world.phone();
    const person = await world.person();
    const pending = phone.request();
    const code = phone.code(await phone.authorize(pending, person), pending);
    const grant = {
      grant_type: 'authorization_code',
      code,
      code_verifier: pending.verifier,
      redirect_uri: pending.redirectUri,
    };
    for (const resource of [JWT_API, PAYMENTS, `${world.issuer}/account`]) {
      expect((await phone.token({ ...grant, resource })).body).to.have.property('error', 'invalid_target');
    }
    phone.tokens = (await phone.exchange(code, pending)).body as unknown as typeof phone.tokens;
    for (const resource of [JWT_API, PAYMENTS, `${world.issuer}/account`]) {
      const { body } = await phone.refreshWith(phone.refreshToken, { resource });
      expect(body).to.have.property('error', 'invalid_target');
    }
    expect((await phone.refresh()).scope).to.not.include('payments');
  });

  it('[31] fetches nothing that a request names', async () => {
    let visits = 0;
    const trap = createServer((_req, res) => {
      visits += 1;
      res.end('{}');
    });
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/request.jwt`;
    for (const params of [{ request_uri: url }, { request: 'e30.e30.' }, { registration: `{"jwks_uri":"${url}"}` }]) {
      expect(await answerTo(world.phone(), params)).to.match(/^(request|registration)(_uri)?_not_supported$/);
    }
    const jwk = { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' };
    const header = Buffer.from(JSON.stringify({ alg: 'ES256', jku: url, x5u: url, jwk })).toString('base64url');
    const assertion = `${header}.${Buffer.from('{"iss":"web","sub":"web"}').toString('base64url')}.AAAA`;
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    const body = {
      client_id: 'web',
      grant_type: 'refresh_token',
      client_assertion: assertion,
      client_assertion_type: type,
    };
    expect((await world.post('/token', body)).body).to.have.property('error', 'invalid_client');
    expect(await answerTo(world.phone(), { id_token_hint: assertion })).to.equal('invalid_request');
    trap.close();
    expect(visits).to.equal(0);
  });

  it('takes the text that an app sends of its device, if people can read it', async () => {
    expect(await answerTo(world.phone(), { device_name: 'x'.repeat(101) })).to.equal('invalid_request');
    expect(await answerTo(world.phone(), { device_name: 'My\u202Ephone' })).to.equal('invalid_request');
    expect(await answerTo(world.phone(), { device_name: 'Télé 📱', ...PAYMENT })).to.equal('login');
  });
});
