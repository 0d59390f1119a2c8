import { expect } from 'chai';
import { accountResource, defineConfig } from '../../server/config.ts';
import { API, api, phone, refuses, resolve } from './config-fixture.ts';

describe('the configuration file', () => {
  it('takes the example of the page', () => {
    const file = defineConfig({
      clients: [{ ...phone, first_party: true, lifetimes: 'kiosk' }, api],
      resources: { [API]: { scopes: ['notes:read', 'payments:write'], introspectedBy: ['api'] } },
      scopes: { 'payments:write': { acr: 'mfa', maxAgeSeconds: 300 } },
      lifetimes: { kiosk: { idleSeconds: 120, absoluteSeconds: 28_800 } },
      dpop: { requireNonce: false },
    });
    const config = resolve(file);
    expect(config.clients[0]?.lifetimes).to.include({
      idleSeconds: 120,
      absoluteSeconds: 28_800,
      accessTokenSeconds: 900,
    });
    expect(config.resources[API]).to.include({ accessTokenFormat: 'opaque' });
    expect(config.dpop.requireNonce).to.equal(false);
    expect(accountResource(config.issuer)).to.equal('https://auth.example.com/account');
  });

  refuses([
    [
      'a relative resource',
      { resources: { '/api': { scopes: ['a'] } } },
      "resources['/api']: got '/api'; allowed: an absolute URI without a fragment",
    ],
    [
      'a resource with a fragment',
      { resources: { [`${API}#a`]: { scopes: ['a'] } } },
      'allowed: an absolute URI without a fragment',
    ],
    [
      'the account API as a resource',
      { resources: { 'https://auth.example.com/account': { scopes: ['a'] } } },
      'which is an API of this server',
    ],
    [
      'a resource without scopes',
      { resources: { [API]: { scopes: [] } } },
      `resources['${API}'].scopes: got an empty list`,
    ],
    [
      'a scope with a space',
      { resources: { [API]: { scopes: ['a b'] } } },
      `resources['${API}'].scopes[0]: got 'a b'; allowed: a scope`,
    ],
    [
      "OpenID Connect's scopes of a resource",
      { resources: { [API]: { scopes: ['openid'] } } },
      "got 'openid'; allowed: any but",
    ],
    [
      'an unknown introspector',
      { clients: [api], resources: { [API]: { scopes: ['a'], introspectedBy: ['ipa'] } } },
      "introspectedBy: got 'ipa'; allowed: ids of clients: api.",
    ],
    [
      'a public introspector',
      { clients: [phone], resources: { [API]: { scopes: ['a'], introspectedBy: ['phone'] } } },
      'allowed: clients that prove themselves',
    ],
    [
      'a demand on no scope',
      { scopes: { 'a:b': { acr: 'pwd', maxAgeSeconds: 5 } } },
      "scopes['a:b']: got 'a:b'; allowed: scopes of a resource: there are none.",
    ],
    [
      'an unknown acr',
      { scopes: { a: { acr: 'high', maxAgeSeconds: 5 } } },
      "scopes.a.acr: got 'high'; allowed: one of pwd, mfa, phr.",
    ],
  ]);
});
