import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { type JWTPayload, SignJWT } from 'jose';
import { Phone, type Reply, tokensOf } from '../support/phone.ts';
import { API, openWorld, standardConfig, type World } from '../support/world.ts';
import { expectRefused } from './refresh-story.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const CLIENT = 'signer';

/** A server-side app that proves itself with a key (RFC 7523). */
class Signer extends Phone {
  async assertion(
    claims: JWTPayload = {},
    { key = privateKey as KeyObject | Uint8Array, alg = 'ES256' } = {},
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const payload = {
      iss: CLIENT,
      sub: CLIENT,
      aud: this.issuer,
      jti: randomUUID(),
      iat: now,
      exp: now + 60,
      ...claims,
    };
    return new SignJWT(JSON.parse(JSON.stringify(payload))).setProtectedHeader({ alg }).sign(key);
  }

  /** A request that authenticates with an assertion: a fresh one unless one is given. */
  override async token(body: Record<string, string>, headers: Record<string, string> = {}): Promise<Reply> {
    const client_assertion = body['client_assertion'] ?? (await this.assertion());
    return super.token({ client_assertion_type: JWT_BEARER, client_assertion, ...body }, headers);
  }

  refreshBy(client_assertion: string): Promise<Reply> {
    return this.refreshWith(this.refreshToken, { client_assertion });
  }
}

describe('a client that proves itself with a signed assertion', () => {
  let world: World;
  before(async () => {
    const client = {
      client_id: CLIENT,
      token_endpoint_auth_method: 'private_key_jwt' as const,
      jwks: { keys: [publicKey.export({ format: 'jwk' }) as Record<string, unknown>] },
      redirect_uris: ['https://signer.example.com/callback'],
      first_party: true,
    };
    const resources = {
      ...standardConfig.resources,
      [API]: { ...standardConfig.resources[API], introspectedBy: ['api', CLIENT] },
    };
    world = await openWorld({ config: { clients: [...standardConfig.clients, client], resources } });
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const signedIn = async (): Promise<Signer> => {
    const signer = new Signer(world.issuer, CLIENT, world.browser());
    await signer.signIn(await world.person(), { redirect_uri: 'https://signer.example.com/callback' });
    return signer;
  };

  it('[40] signs in and refreshes, with an assertion for each request', async () => {
    const signer = await signedIn();
    await signer.refresh();
    await signer.refresh();
  });

  const now = () => Math.floor(Date.now() / 1000);
  const wrong: ReadonlyArray<readonly [string, () => JWTPayload, string?]> = [
    ['for another server', () => ({ aud: 'https://other.example.com' })],
    ['for the address of something else here', () => ({ aud: `${world.issuer}/userinfo` })],
    ['for nobody', () => ({ aud: undefined as never })],
    ['that has expired', () => ({ exp: now() - 1 })],
    ['that never expires', () => ({ exp: undefined as never })],
    ['without an id', () => ({ jti: undefined as never })],
    ['of another client', () => ({ iss: 'web' })],
    ['about another client', () => ({ sub: 'web' }), 'invalid_request'],
    ['that is not valid yet', () => ({ nbf: now() + 120 })],
  ];
  for (const [what, claims, error = 'invalid_client'] of wrong) {
    it(`[40] is refused with one ${what}, which burns nothing`, async () => {
      const signer = await signedIn();
      const status = error === 'invalid_client' ? 401 : 400;
      expectRefused(await signer.refreshBy(await signer.assertion(claims())), error, status);
      await signer.refresh();
    });
  }

  it('[40] [56] is refused with one that another key signed, or nobody, or the public key as a secret', async () => {
    const signer = await signedIn();
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const publicText = new TextEncoder().encode(publicKey.export({ type: 'spki', format: 'pem' }).toString());
    const good = await signer.assertion();
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${good.split('.')[1]}.`;
    const forged = [
      await signer.assertion({}, { key: stranger }),
      await signer.assertion({}, { key: publicText, alg: 'HS256' }),
      unsigned,
      `${good.slice(0, -4)}AAAA`,
    ];
    for (const assertion of forged) expectRefused(await signer.refreshBy(assertion), 'invalid_client', 401);
  });

  it('[40] is refused with one that was used before, whatever it was used for', async () => {
    const signer = await signedIn();
    const once = await signer.assertion();
    signer.tokens = tokensOf(await signer.refreshBy(once));
    expectRefused(await signer.refreshBy(once), 'invalid_client', 401);
    const caller = { client_id: CLIENT, client_assertion_type: JWT_BEARER, client_assertion: once };
    const asked = await world.post('/token/introspection', { ...caller, token: signer.tokens.access_token });
    expect(asked.status).to.equal(401);
    const pushed = new URL(signer.request({ redirect_uri: 'https://signer.example.com/callback' }).url).searchParams;
    expect((await world.post('/request', { ...Object.fromEntries(pushed), ...caller })).status).to.equal(401);
    await signer.refresh();
  });

  it('[40] may use one assertion once at introspection too', async () => {
    const signer = await signedIn();
    const caller = { client_assertion_type: JWT_BEARER, client_assertion: await signer.assertion() };
    const ask = () => world.post('/token/introspection', { ...caller, token: signer.tokens.access_token });
    expect((await ask()).body).to.include({ active: true });
    expect((await ask()).status).to.equal(401);
  });

  it('[40] x50 at once is one use', async () => {
    const signer = await signedIn();
    const once = await signer.assertion();
    const replies = await Promise.all(Array.from({ length: 50 }, () => signer.refreshBy(once)));
    const [winner, ...more] = replies.filter(({ status }) => status === 200);
    expect(more).to.deep.equal([]);
    for (const reply of replies.filter((one) => one !== winner)) expectRefused(reply, 'invalid_client', 401);
    signer.tokens = tokensOf(winner as Reply);
    await signer.refresh();
  });
});
