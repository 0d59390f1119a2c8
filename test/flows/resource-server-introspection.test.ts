import { expect } from 'chai';
import { createResourceServer, type ResourceServer, type ResourceServerOptions } from '../../resource-server/index.ts';
import { startTestIssuer, type TestIssuer, type TokenRequest } from '../../resource-server/testing/index.ts';
import { API_URL, call, granted, refused } from '../support/api.ts';

describe('an API that introspects', () => {
  let issuer: TestIssuer;
  let api: ResourceServer;
  beforeEach(async () => {
    issuer = await startTestIssuer();
    api = apiWith({});
  });
  afterEach(() => issuer.close());

  const apiWith = (more: Partial<ResourceServerOptions>): ResourceServer =>
    createResourceServer({ ...issuer.options(API_URL), ...more });
  const token = (more: Partial<TokenRequest> = {}) => issuer.token({ audience: API_URL, format: 'opaque', ...more });
  const questions = (): number => issuer.asked.filter((path) => path === '/introspection').length;

  it('learns the same of an opaque token as of a signed one', async () => {
    const known = { sub: 'ada', clientId: 'phone', scope: 'a b', sid: 's-1', acr: 'mfa' };
    const access = await granted(call(api, await token(known)));
    expect(access).to.include({ sub: 'ada', clientId: 'phone', sid: 's-1', acr: 'mfa' });
    expect([...access.scopes]).to.deep.equal(['a', 'b']);
  });

  it('asks once for as long as it may remember, and then again', async () => {
    const own = await token();
    for (let index = 0; index < 5; index += 1) await granted(call(api, own));
    expect(questions()).to.equal(1);
    issuer.clock.advance({ seconds: 9 });
    await granted(call(api, own));
    expect(questions()).to.equal(1);
    issuer.clock.advance({ seconds: 1 });
    await granted(call(api, own));
    expect(questions()).to.equal(2);
  });

  it('asks once for any number of calls at the same time', async () => {
    const own = await token();
    await Promise.all(Array.from({ length: 50 }, () => granted(call(api, own))));
    expect(questions()).to.equal(1);
  });

  it("remembers no answer past the token's own end", async () => {
    const eager = apiWith({ introspection: { cacheSeconds: 3600 } });
    const own = await token({ expiresInSeconds: 60 });
    await granted(call(eager, own));
    issuer.clock.advance({ seconds: 60 });
    expect(await refused(call(eager, own))).to.include({ status: 401, code: 'invalid_token' });
  });

  it('stops honouring a session that ended, as late as its memory lets it, and at once without one', async () => {
    const own = await token({ sid: 's-1' });
    const careful = apiWith({ introspection: { cacheSeconds: 0 } });
    await Promise.all([granted(call(api, own)), granted(call(careful, own))]);
    issuer.end('s-1');
    expect(await refused(call(careful, own))).to.include({ status: 401 });
    await granted(call(api, own));
    issuer.clock.advance({ seconds: 10 });
    expect(await refused(call(api, own))).to.include({ status: 401 });
  });

  it('remembers a no as well, for a while, and apart from what is good', async () => {
    const small = apiWith({ introspection: { most: 3, cacheSeconds: 60 } });
    const own = await token();
    await granted(call(small, own));
    for (let index = 0; index < 20; index += 1) await refused(call(small, `invented-${index}`));
    const asked = questions();
    await granted(call(small, own));
    await refused(call(small, 'invented-19'));
    expect(questions()).to.equal(asked);
    issuer.clock.advance({ seconds: 10 });
    await refused(call(small, 'invented-19'));
    await refused(call(small, 'invented-0'));
    expect(questions()).to.equal(asked + 2);
  });

  it('keeps no more answers than it may: the ones used last', async () => {
    const small = apiWith({ introspection: { most: 2, cacheSeconds: 60 } });
    const [a, b, c] = [await token(), await token(), await token()];
    for (const each of [a, b, a, c]) await granted(call(small, each));
    expect(questions()).to.equal(3);
    await granted(call(small, a));
    expect(questions()).to.equal(3);
    await granted(call(small, b));
    expect(questions()).to.equal(4);
  });

  it('says 503 with Retry-After while the server cannot be asked, never 401, and is closed', async () => {
    const own = await token();
    await granted(call(api, own));
    issuer.down();
    issuer.clock.advance({ seconds: 10 });
    for (const each of [own, await token(), 'invented']) {
      const { status, headers, body, challenge } = await refused(call(api, each));
      expect(status).to.equal(503);
      expect(Number(headers['retry-after'])).to.be.above(0);
      expect(body).not.to.have.property('error');
      expect(challenge).to.equal('');
    }
    issuer.up();
    await granted(call(api, own));
  });

  it('makes do with what it knew, for as long as the host allows, and no longer', async () => {
    const lenient = apiWith({ introspection: { outageSeconds: 60 } });
    const own = await token({ expiresInSeconds: 50 });
    const long = await token();
    await Promise.all([own, long].map((each) => granted(call(lenient, each))));
    issuer.down();
    issuer.clock.advance({ seconds: 49 });
    await granted(call(lenient, own));
    expect(await refused(call(lenient, await token()))).to.include({ status: 503 });
    issuer.clock.advance({ seconds: 1 });
    expect(await refused(call(lenient, own))).to.include({ status: 503 });
    issuer.clock.advance({ seconds: 19 });
    await granted(call(lenient, long));
    issuer.clock.advance({ seconds: 1 });
    expect(await refused(call(lenient, long))).to.include({ status: 503 });
  });

  it("takes its own wrong credentials for its own fault, not for the caller's", async () => {
    const problems: unknown[] = [];
    const wrong = apiWith({ client: { id: 'api', secret: 'wrong' }, onProblem: (problem) => problems.push(problem) });
    expect(await refused(call(wrong, await token()))).to.include({ status: 503 });
    expect(String(problems[0])).to.include('introspection answered 401 invalid_client');
  });

  it('refuses an active token of another audience, and one that does not say whom it is for', async () => {
    for (const aud of ['https://other.example.com', undefined, ['https://other.example.com']]) {
      expect(await refused(call(api, await token({ claims: { aud } })))).to.include({ status: 401 });
    }
    await granted(call(api, await token({ claims: { aud: ['https://other.example.com', API_URL] } })));
  });

  it('asks about every token that is not a signed one, whatever it looks like', async () => {
    for (const odd of ['a.b.c', 'eyJ', 'eyJ.a', '1.2', 'x.y.z.w']) await refused(call(api, odd));
    expect(questions()).to.equal(5);
    await refused(call(api, 'eyJhbGciOiJub25lIn0.e30.'));
    expect(questions()).to.equal(5);
  });

  it('asks about signed tokens too, where it is told to', async () => {
    const strict = apiWith({ tokens: 'introspected' });
    const signed = await issuer.token({ audience: API_URL, format: 'jwt' });
    expect(await refused(call(strict, signed))).to.include({ status: 401 });
    expect(questions()).to.equal(1);
    await granted(call(api, signed));
  });
});
