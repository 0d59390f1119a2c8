import { expect } from 'chai';
import { createResourceServer, type ResourceServer, type ResourceServerOptions } from '../../resource-server/index.ts';
import { type DpopKey, type ProofOf, startTestIssuer, type TestIssuer } from '../../resource-server/testing/index.ts';
import { API_URL, callWith, granted, refused } from '../support/api.ts';
import { boundPhone, DpopKey as PhoneKey } from '../support/dpop.ts';
import { API, API_SECRET, openWorld } from '../support/world.ts';

describe('an API whose tokens are bound to a key', () => {
  let issuer: TestIssuer;
  let api: ResourceServer;
  let key: DpopKey;
  let token: string;
  beforeEach(async () => {
    issuer = await startTestIssuer();
    api = apiWith({});
    key = await issuer.dpopKey();
    token = await issuer.token({ audience: API_URL, jkt: key.jkt });
  });
  afterEach(() => issuer.close());

  const apiWith = (more: Partial<ResourceServerOptions>): ResourceServer =>
    createResourceServer({ ...issuer.options(API_URL), ...more });

  const url = `${API_URL}/notes`;
  const proof = (more: Partial<ProofOf> = {}, by = key) => by.proof({ url, token, ...more });
  const show = (shown: string | undefined, at = api, scheme = 'DPoP', own = token) =>
    callWith(at, { headers: { authorization: `${scheme} ${own}`, ...(shown === undefined ? {} : { dpop: shown }) } });

  it('takes the token with a proof for this request, under its own scheme', async () => {
    expect(await granted(show(await proof()))).to.include({ sub: 'person', jkt: key.jkt });
    await granted(show(await proof(), api, 'dpop'));
    await granted(show(await proof({ url: `${url}?page=2#top` })));
    await granted(show(await proof({ url: 'HTTPS://API.example.com:443/notes' })));
  });

  it('does the same for an introspected one [64]', async () => {
    const opaque = await issuer.token({ audience: API_URL, jkt: key.jkt, format: 'opaque' });
    await granted(show(await proof({ token: opaque }), api, 'DPoP', opaque));
    expect(await refused(show(undefined, api, 'Bearer', opaque))).to.include({ status: 401, code: 'invalid_token' });
  });

  it('takes a bound token neither as a bearer token nor without a proof, and an unbound one not as a bound one [67]', async () => {
    const bearer = await refused(show(await proof(), api, 'Bearer'));
    expect([bearer.status, bearer.code]).to.deep.equal([401, 'invalid_token']);
    expect(bearer.challenge).to.match(/^DPoP error="invalid_token".* algs="ES256 /);
    expect(await refused(show(undefined))).to.include({ status: 401, code: 'invalid_dpop_proof' });
    const unbound = await issuer.token({ audience: API_URL });
    const asBound = await refused(show(await proof({ token: unbound }), api, 'DPoP', unbound));
    expect([asBound.status, asBound.code]).to.deep.equal([401, 'invalid_token']);
  });

  const wrong: ReadonlyArray<readonly [string, Partial<ProofOf>]> = [
    ['another method', { method: 'POST' }],
    ['another path', { url: `${API_URL}/notes/1` }],
    ['another host', { url: 'https://other.example.com/notes' }],
    ['another scheme', { url: 'http://api.example.com/notes' }],
    ['another token', { token: 'another' }],
    ['no token', { claims: { ath: undefined } }],
    ['no id', { claims: { jti: undefined } }],
    ['no time', { claims: { iat: undefined } }],
    ['an address that is none', { claims: { htu: 7 } }],
  ];
  for (const [what, more] of wrong) {
    it(`refuses a proof for ${what} [60, 67]`, async () => {
      const { status, code, challenge } = await refused(show(await proof(more)));
      expect([status, code]).to.deep.equal([401, 'invalid_dpop_proof']);
      expect(challenge).to.match(/^DPoP error="invalid_dpop_proof".*resource_metadata="/);
    });
  }

  it('refuses a proof of another key, of another kind, under a symmetric algorithm, or with its private half [60]', async () => {
    const other = await issuer.dpopKey();
    const own = new PhoneKey();
    const bound = await issuer.token({ audience: API_URL, jkt: await own.thumbprint() });
    const made = (header: Record<string, unknown>) => own.proof({ htm: 'GET', htu: url, token: bound, header });
    await granted(show(await made({}), api, 'DPoP', bound));
    expect(await refused(show(await proof({}, other)))).to.include({ code: 'invalid_dpop_proof' });
    const private_ = own.privateKey.export({ format: 'jwk' });
    for (const header of [{ typ: 'JWT' }, { typ: undefined }, { jwk: undefined }, { jwk: private_ }]) {
      expect(await refused(show(await made(header), api, 'DPoP', bound))).to.include({ code: 'invalid_dpop_proof' });
    }
    for (const nonsense of ['', 'a.b.c', `${await proof()}, ${await proof()}`]) {
      expect(await refused(show(nonsense))).to.include({ code: 'invalid_dpop_proof', status: 401 });
    }
  });

  it('takes a proof once, also of fifty at the same time [61]', async () => {
    const one = await proof();
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => show(one)));
    expect(outcomes.filter((outcome) => 'access' in outcome)).to.have.length(1);
    expect(await refused(show(one))).to.include({ code: 'invalid_dpop_proof' });
    issuer.clock.advance({ seconds: 59 });
    expect(await refused(show(one))).to.include({ code: 'invalid_dpop_proof' });
  });

  it('takes no proof from before or after its window, and remembers one from a clock that runs ahead [62]', async () => {
    const now = issuer.clock.now();
    expect(await refused(show(await proof({ claims: { iat: now - 62 } })))).to.include({ code: 'invalid_dpop_proof' });
    expect(await refused(show(await proof({ claims: { iat: now + 70 } })))).to.include({ code: 'invalid_dpop_proof' });
    const ahead = await proof({ claims: { iat: now + 55 } });
    await granted(show(ahead));
    for (let minute = 0; minute < 2; minute += 1) {
      issuer.clock.advance({ seconds: 57 });
      expect(await refused(show(ahead))).to.include({ code: 'invalid_dpop_proof' });
    }
  });

  it('still knows a proof when its memory has turned over [61]', async () => {
    issuer.clock.advance({ seconds: 100 });
    const ahead = await proof({ claims: { iat: issuer.clock.now() + 55 } });
    await granted(show(ahead));
    issuer.clock.advance({ seconds: 30 });
    await granted(show(await proof()));
    expect((await refused(show(ahead))).body['detail']).to.equal('the DPoP proof was used before');
  });

  it('asks for a nonce, takes it for a while, and no other [63]', async () => {
    const careful = apiWith({ dpop: { nonce: true } });
    const { status, headers, challenge } = await refused(show(await proof(), careful));
    expect(status).to.equal(401);
    expect(challenge).to.match(/^DPoP error="use_dpop_nonce"/);
    const nonce = headers['dpop-nonce'] ?? '';
    expect(nonce).to.match(/^[\w-]{22}$/);
    await granted(show(await proof({ nonce }), careful));
    issuer.clock.advance({ seconds: 60 });
    await granted(show(await proof({ nonce }), careful));
    issuer.clock.advance({ seconds: 60 });
    const stale = await refused(show(await proof({ nonce }), careful));
    expect(stale.code).to.equal('use_dpop_nonce');
    expect(stale.headers['dpop-nonce']).not.to.equal(nonce);
    expect((await refused(show(await proof({ nonce: 'invented' }), careful))).code).to.equal('use_dpop_nonce');
  });

  it('shares nonces and proofs with its other processes, where it is told how', async () => {
    const seen = new Set<string>();
    const memory = { insert: async (id: string) => seen.size < seen.add(id).size };
    const dpop = { nonce: true, nonceSecret: 'a secret that both processes were given', memory };
    const [one, other] = [apiWith({ dpop }), apiWith({ dpop })];
    const nonce = (await refused(show(await proof(), one))).headers['dpop-nonce'] ?? '';
    const shown = await proof({ nonce });
    await granted(show(shown, other));
    expect(await refused(show(shown, one))).to.include({ code: 'invalid_dpop_proof' });
  });

  it('says 503 where its memory of proofs cannot be asked', async () => {
    const memory = { insert: () => Promise.reject(new Error('the shared store is down')) };
    expect(await refused(show(await proof(), apiWith({ dpop: { memory } })))).to.include({ status: 503 });
  });

  it('takes bound tokens alone, or none, where it is told to', async () => {
    const unbound = await issuer.token({ audience: API_URL });
    const strict = await refused(show(undefined, apiWith({ dpop: { use: 'required' } }), 'Bearer', unbound));
    expect(strict.challenge).to.match(/^DPoP error="invalid_token"/);
    const off = await refused(show(await proof(), apiWith({ dpop: { use: 'off' } })));
    expect(off.challenge).to.match(/^Bearer error="invalid_token"/);
  });

  it("is called by its own name: a proof for whatever the caller's Host says is none", async () => {
    const named = apiWith({ url: 'https://public.example.com/v1', audience: API_URL });
    const headers = { host: 'evil.example.com', authorization: `DPoP ${token}` };
    const at = (address: string, path: string) =>
      proof({ url: address }).then((dpop) => callWith(named, { url: path, headers: { ...headers, dpop } }));
    await granted(at('https://public.example.com/v1/notes', '/v1/notes'));
    await granted(at('https://public.example.com/v1/notes', 'http://internal:8080/v1/notes'));
    await refused(at('https://evil.example.com/v1/notes', '/v1/notes'));
    await refused(at('https://evil.example.com/x', '//evil.example.com/x'));
  });

  it('takes the proofs that an app makes for a token of the server', async () => {
    const world = await openWorld();
    try {
      const phone = await boundPhone(world);
      const client = { id: 'api', secret: API_SECRET };
      const own = createResourceServer({ issuer: world.issuer, audience: API, client });
      const { access_token: bound } = phone.tokens;
      const shown = await phone.key.proof({ htm: 'GET', htu: `${API}/notes`, token: bound });
      expect(await granted(show(shown, own, 'DPoP', bound))).to.include({ sid: phone.sid });
      expect(await refused(show(shown, own, 'DPoP', bound))).to.include({ code: 'invalid_dpop_proof' });
    } finally {
      await world.close();
    }
  });
});
