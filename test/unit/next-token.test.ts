import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { deriveKeys } from '../../server/keys.ts';
import { Provider } from '../../server/oidc/library.ts';
import { computeRefreshTokens } from '../../server/oidc/next-token.ts';
import type { OidcParts } from '../../server/oidc/parts.ts';

const nothing = async () => undefined;
const adapter = () => ({
  upsert: nothing,
  find: nothing,
  findByUid: nothing,
  findByUserCode: nothing,
  consume: nothing,
  destroy: nothing,
  revokeByGrantId: nothing,
});

const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });

/** A provider of the library as it comes, with one client. */
const stock = () =>
  new Provider('https://issuer.example', {
    adapter,
    clients: [{ client_id: 'phone', token_endpoint_auth_method: 'none', redirect_uris: ['https://phone.example/cb'] }],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: { keys: [signingKey as { kty: string }] },
    cookies: { keys: ['a key'] },
    features: { devInteractions: { enabled: false } },
    ttl: { RefreshToken: 60 },
  });

const saved = async (provider: ReturnType<typeof stock>): Promise<string> => {
  const client = await provider.Client.find('phone');
  if (!client) throw new Error('the client is gone');
  return new provider.RefreshToken({ client, accountId: 'alice', scope: 'openid' } as never).save();
};

describe('the undocumented hook for the text of a refresh token', () => {
  const parts = { keys: deriveKeys(['a-master-secret-of-sufficient-length-012345']) } as OidcParts;

  it('is where it was: the library asks it for the text of every refresh token that it saves', async () => {
    const provider = stock();
    expect(provider.RefreshToken.prototype).to.have.property('generateTokenId');
    expect(await saved(provider)).to.match(/^[\w-]{43}$/);
    Object.assign(provider.RefreshToken.prototype, { generateTokenId: () => 'a-computed-text' });
    expect(await saved(provider)).to.equal('a-computed-text');
  });

  it('is ours once it is set, and draws no token of its own where no request asks for one', async () => {
    const provider = stock();
    computeRefreshTokens(provider, parts);
    const outcome = await saved(provider).catch((error: Error) => error.message);
    expect(outcome).to.equal('a refresh token was asked for outside an exchange');
  });

  it('is set for refresh tokens alone', () => {
    const provider = stock();
    const { generateTokenId } = provider.AccessToken.prototype as unknown as { generateTokenId: unknown };
    computeRefreshTokens(provider, parts);
    expect(provider.AccessToken.prototype).to.have.property('generateTokenId', generateTokenId);
  });
});
