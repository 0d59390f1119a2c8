import { expect } from 'chai';
import { createResourceServer, type ResourceServer } from '../../resource-server/index.ts';
import { startTestIssuer, type TestIssuer, type TokenRequest } from '../../resource-server/testing/index.ts';
import { API_URL, call, granted, refused } from '../support/api.ts';

describe("the issuer's keys, at an API that checks signatures", () => {
  let issuer: TestIssuer;
  let api: ResourceServer;
  beforeEach(async () => {
    issuer = await startTestIssuer();
    api = createResourceServer({ issuer: issuer.issuer, audience: API_URL, clock: issuer.clock });
  });
  afterEach(() => issuer.close());

  const token = (more: Partial<TokenRequest> = {}) => issuer.token({ audience: API_URL, ...more });

  it('finds a key that is new, and does not ask again for every odd one', async () => {
    await granted(call(api, await token()));
    await issuer.rotateKeys();
    issuer.clock.advance({ seconds: 31 });
    await granted(call(api, await token()));
    const asked = issuer.asked.length;
    await issuer.rotateKeys();
    for (let index = 0; index < 5; index += 1) await refused(call(api, await token()));
    expect(issuer.asked.length).to.equal(asked);
    issuer.clock.advance({ seconds: 31 });
    await granted(call(api, await token()));
    expect(issuer.asked.length).to.equal(asked + 1);
  });

  it('serves with the keys it has while it renews them, and through an outage of an hour', async () => {
    const long = await token({ expiresInSeconds: 24 * 3600 });
    await granted(call(api, long));
    issuer.down();
    issuer.clock.advance({ minutes: 50 });
    await granted(call(api, long));
    issuer.clock.advance({ minutes: 11 });
    const { status, headers, body, challenge } = await refused(call(api, long));
    expect(status).to.equal(503);
    expect(headers).to.have.property('retry-after');
    expect(body).not.to.have.property('error');
    expect(challenge).to.equal('');
    issuer.up();
    issuer.clock.advance({ seconds: 3 });
    await granted(call(api, long));
  });

  it('says 503, never 401, while it has never reached the issuer, or looks in vain for a new key', async () => {
    issuer.down();
    const own = await token();
    expect(await refused(call(api, own))).to.include({ status: 503, code: 'unavailable' });
    issuer.up();
    issuer.clock.advance({ seconds: 3 });
    await granted(call(api, own));
    await issuer.rotateKeys();
    issuer.clock.advance({ seconds: 31 });
    issuer.down();
    expect(await refused(call(api, await token()))).to.include({ status: 503, code: 'unavailable' });
  });

  it('does not believe a discovery document of another issuer', async () => {
    const other = createResourceServer({ issuer: `${issuer.issuer}/`, audience: API_URL });
    expect(await refused(call(other, await token()))).to.include({ status: 503 });
  });
});
