import { expect } from 'chai';
import {
  createResourceServer,
  type ResourceServer,
  requireAcr,
  requireFresh,
  requireScope,
} from '../../resource-server/index.ts';
import { startTestIssuer, type TestIssuer, type TokenRequest } from '../../resource-server/testing/index.ts';
import { API_URL, call, granted, refused } from '../support/api.ts';
import { API, API_SECRET, openWorld } from '../support/world.ts';

describe('what an API demands of a token that is valid', () => {
  let issuer: TestIssuer;
  let api: ResourceServer;
  before(async () => {
    issuer = await startTestIssuer();
    api = createResourceServer(issuer.options(API_URL));
  });
  after(() => issuer.close());
  afterEach(() => issuer.clock.reset());

  const token = (more: Partial<TokenRequest>) => issuer.token({ audience: API_URL, ...more });

  it('refuses a token without the scope with 403, and names the scope (RFC 6750)', async () => {
    const own = await token({ scope: 'notes:read notes:list' });
    await granted(call(api, own, { requirements: [requireScope('notes:read'), requireScope('notes:list')] }));
    const requirements = [requireScope('notes:read', 'notes:write')];
    const { status, challenge, body } = await refused(call(api, own, { requirements }));
    expect(status).to.equal(403);
    expect(challenge).to.match(
      /^Bearer error="insufficient_scope", .*scope="notes:read notes:write", resource_metadata="/,
    );
    expect(body).to.include({ error: 'insufficient_scope', scope: 'notes:read notes:write' });
    expect(await refused(call(api, await token({}), { requirements }))).to.include({ status: 403 });
  });

  it('answers a sign-in that is not fresh with 401, max_age and the name of the error (RFC 9470) [104]', async () => {
    const own = await token({ signedInSecondsAgo: 250, expiresInSeconds: 3600 });
    const requirements = [requireFresh(300)];
    await granted(call(api, own, { requirements }));
    issuer.clock.advance({ seconds: 51 });
    const { status, challenge, body } = await refused(call(api, own, { requirements }));
    expect(status).to.equal(401);
    expect(challenge).to.match(
      /^Bearer error="insufficient_user_authentication", .*max_age="300", resource_metadata="/,
    );
    expect(body).to.include({ error: 'insufficient_user_authentication', max_age: 300 });
    await granted(call(api, own));
    const dateless = await token({ claims: { auth_time: undefined } });
    expect(await refused(call(api, dateless, { requirements }))).to.include({ status: 401 });
  });

  it('answers a sign-in of too low a level with 401 and acr_values, and takes a higher one [104]', async () => {
    const at = (acr: string | undefined, ...levels: string[]) =>
      token({ claims: { acr } }).then((own) => call(api, own, { requirements: [requireAcr(...levels)] }));
    for (const acr of ['mfa', 'phr']) await granted(at(acr, 'mfa'));
    for (const acr of ['pwd', 'unheard-of', undefined, '']) {
      const { status, challenge } = await refused(at(acr, 'mfa'));
      expect(status, acr).to.equal(401);
      expect(challenge).to.include('acr_values="mfa"');
    }
    await granted(at('urn:example:gold', 'urn:example:gold'));
    await refused(at('phr', 'urn:example:gold'));
    expect((await refused(at('pwd', 'mfa', 'urn:example:gold'))).challenge).to.include(
      'acr_values="mfa urn:example:gold"',
    );
  });

  it('says all that is missing at once: one sign-in mends it [104]', async () => {
    const own = await token({ signedInSecondsAgo: 1000, scope: 'notes:read' });
    const requirements = [requireScope('pay'), requireFresh(300), requireFresh(60), requireAcr('mfa')];
    const { body } = await refused(call(api, own, { requirements }));
    expect(body).to.include({
      error: 'insufficient_user_authentication',
      acr_values: 'mfa',
      max_age: 60,
      scope: 'pay',
    });
  });

  it('refuses demands that make no sense when they are made, not when somebody calls', () => {
    for (const wrong of [() => requireScope(), () => requireScope('a b'), () => requireAcr(), () => requireFresh(-1)]) {
      expect(wrong).to.throw(TypeError);
    }
    expect(() => requireFresh(1.5)).to.throw('whole seconds');
  });

  it('is satisfied by signing in anew at the server, and by nothing less [104]', async () => {
    const world = await openWorld();
    try {
      const client = { id: 'api', secret: API_SECRET };
      const own = createResourceServer({ issuer: world.issuer, audience: API, client });
      const person = await world.person();
      const phone = await world.signedIn('phone', { person });
      const demands = { requirements: [requireFresh(300), requireAcr('pwd')] };
      await granted(call(own, phone.tokens.access_token, demands));
      world.clock.advance({ minutes: 6 });
      await phone.refresh();
      const { body } = await refused(call(own, phone.tokens.access_token, demands));
      expect(body).to.include({ error: 'insufficient_user_authentication', max_age: 300 });
      await phone.signIn(person, { max_age: String(body['max_age']) });
      await granted(call(own, phone.tokens.access_token, demands));
    } finally {
      world.clock.reset();
      await world.close();
    }
  });
});
