import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createResourceServer, type ResourceServer } from '../../resource-server/index.ts';
import { type DpopKey, startTestIssuer, type TestIssuer } from '../../resource-server/testing/index.ts';
import { API_URL } from '../support/api.ts';
import { API_HOSTS } from '../support/api-hosts.ts';

for (const host of API_HOSTS) {
  describe(`an API in ${host.name}`, () => {
    let issuer: TestIssuer;
    let api: ResourceServer;
    let http: Server;
    let key: DpopKey;
    before(async () => {
      issuer = await startTestIssuer();
      const metadata = { scopes: ['notes:read'], name: 'Notes' };
      api = createResourceServer({ ...issuer.options(API_URL), metadata, dpop: { nonce: true } });
      http = await host.start(api);
      key = await issuer.dpopKey();
    });
    after(async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      await issuer.close();
    });
    afterEach(() => issuer.clock.reset());

    const send = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      fetch(`http://127.0.0.1:${(http.address() as AddressInfo).port}${path}`, { method, headers });
    const token = (more = {}) => issuer.token({ audience: API_URL, sub: 'ada', ...more });
    const bearer = async (more = {}) => ({ authorization: `Bearer ${await token(more)}` });

    it('lets in whoever has a token, and the handler knows who that is', async () => {
      const answer = await send('/notes', await bearer());
      expect([answer.status, await answer.json()]).to.deep.equal([200, { sub: 'ada' }]);
    });

    it('answers whoever has none itself: status, challenge, a body for developers, not to be stored', async () => {
      const answer = await send('/notes');
      expect(answer.status).to.equal(401);
      expect(answer.headers.get('www-authenticate')).to.match(/^Bearer resource_metadata="/);
      expect(answer.headers.get('content-type')).to.match(/^application\/problem\+json/);
      expect(answer.headers.get('cache-control')).to.equal('no-store');
      expect(await answer.json()).to.deep.equal({ title: 'This call needs an access token.', status: 401 });
    });

    it('demands more of one route than of the others', async () => {
      const headers = await bearer({ signedInSecondsAgo: 90 });
      expect((await send('/notes', headers)).status).to.equal(200);
      const refused = await send('/pay', headers, 'POST');
      expect(refused.status).to.equal(401);
      expect(refused.headers.get('www-authenticate')).to.include('error="insufficient_user_authentication"');
      expect((await send('/pay', await bearer(), 'POST')).status).to.equal(200);
    });

    it('looks at a proof once, however many handlers ask, and hands out the next nonce', async () => {
      const own = await token({ jkt: key.jkt });
      const pay = async (nonce?: string) => {
        const dpop = await key.proof({
          method: 'POST',
          url: `${API_URL}/pay`,
          token: own,
          ...(nonce ? { nonce } : {}),
        });
        return send('/pay', { authorization: `DPoP ${own}`, dpop }, 'POST');
      };
      const first = await pay();
      expect(first.status).to.equal(401);
      const second = await pay(first.headers.get('dpop-nonce') ?? '');
      expect([second.status, await second.json()]).to.deep.equal([200, { sub: 'ada' }]);
      expect(second.headers.get('dpop-nonce')).to.match(/^[\w-]{22}$/);
    });

    it('says 503 with Retry-After while nothing can be known', async () => {
      issuer.down();
      const answer = await send('/notes', { authorization: 'Bearer opaque' });
      issuer.up();
      expect(answer.status).to.equal(503);
      expect(answer.headers.get('retry-after')).to.equal('2');
      expect(await answer.json()).not.to.have.property('error');
    });

    it('says of itself where its tokens come from (RFC 9728), to everybody', async () => {
      const challenge = (await send('/notes')).headers.get('www-authenticate') ?? '';
      const { pathname, origin } = new URL(/resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? '');
      expect(origin).to.equal(API_URL);
      const answer = await send(pathname);
      expect(answer.status).to.equal(200);
      expect(answer.headers.get('access-control-allow-origin')).to.equal('*');
      expect(await answer.json()).to.deep.equal({
        resource: API_URL,
        authorization_servers: [issuer.issuer],
        bearer_methods_supported: ['header'],
        scopes_supported: ['notes:read'],
        resource_name: 'Notes',
        dpop_signing_alg_values_supported: ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'],
        dpop_bound_access_tokens_required: false,
      });
      expect((await send(pathname, {}, 'POST')).status).to.equal(401);
    });
  });
}

describe('a handler behind no check', () => {
  it('is told so, instead of being given nobody', () => {
    const api = createResourceServer({ issuer: 'https://auth.example.com', audience: API_URL });
    expect(() => api.accessOf({})).to.throw('put the resource server before this handler');
  });
});
