import { expect } from 'chai';
import { type ConfigInput, resolveConfig } from '../../server/config.ts';
import type { ClientInput } from '../../server/config-clients.ts';
import { CurfewError } from '../../server/errors.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough-0123456789';

const resolve = (client: Partial<ClientInput>, more: Partial<ConfigInput> = {}): string => {
  const console = {
    client_id: 'console',
    client_secret: SECRET,
    redirect_uris: [],
    response_types: [],
    grant_types: ['client_credentials' as const],
    ...client,
  };
  try {
    resolveConfig({ issuer: 'https://id.example.com', secrets: [SECRET], clients: [console], ...more });
    return 'taken';
  } catch (error) {
    return error instanceof CurfewError ? (error.detail ?? '') : String(error);
  }
};

describe('a client that administers', () => {
  it('is registered by grant and scope', () => {
    expect(resolve({ scope: 'admin' })).to.equal('taken');
  });

  it('names the scope: client_credentials is good for nothing else', () => {
    expect(resolve({})).to.match(
      /^clients\['console'\]\.scope: got nothing; allowed: scopes of this server's own APIs among them/,
    );
    expect(resolve({ scope: 'sessions' })).to.match(
      /\.scope: got 'sessions'; allowed: scopes of this server's own APIs/,
    );
  });

  it('proves itself, and signs nobody in', () => {
    const open = { token_endpoint_auth_method: 'none', scope: 'admin' } as const;
    expect(resolve(open)).to.match(/token_endpoint_auth_method: got 'none'; allowed: a method with a secret or a key/);
    const both = {
      scope: 'admin openid',
      grant_types: ['client_credentials', 'authorization_code'],
      response_types: ['code'],
      redirect_uris: ['https://console.example.com/callback'],
    } as const;
    expect(resolve(both)).to.match(/grant_types: got a list; allowed: client_credentials alone/);
  });

  it('leaves its resource to this server', () => {
    const resources = { 'https://id.example.com/admin': { scopes: ['admin'] } };
    expect(resolve({ scope: 'admin' }, { resources })).to.match(/which is an API of this server|any but this one/);
  });
});
