import { expect } from 'chai';
import { PROFILES } from '../../server/sessions/policy.ts';
import { api, phone, refuses, resolve, web } from './config-fixture.ts';

const key = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' };

const clientOf = (client: unknown) => resolve({ clients: [client] }).clients[0];

describe('a client', () => {
  it('fills in what a client leaves out', () => {
    expect(clientOf(phone)).to.deep.equal({
      client_id: 'phone',
      client_name: 'phone',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: phone.redirect_uris,
      post_logout_redirect_uris: [],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      id_token_signed_response_alg: 'ES256',
      dpop_bound_access_tokens: false,
      require_pushed_authorization_requests: false,
      backchannel_logout_session_required: false,
      first_party: false,
      lifetimes: PROFILES.standard,
      profile: 'standard',
    });
    expect(clientOf(web)).to.include({ application_type: 'web', token_endpoint_auth_method: 'client_secret_basic' });
    expect(clientOf({ ...web, client_secret: undefined, jwks: { keys: [key] } })).to.include({
      token_endpoint_auth_method: 'private_key_jwt',
    });
  });

  refuses([
    [
      'an unknown key',
      { clients: [{ ...phone, redirect_urls: [] }] },
      "clients['phone'].redirect_urls: there is no such key; allowed: client_id, ",
    ],
    ['a jwks_uri', { clients: [{ ...web, jwks_uri: 'https://x' }] }, "clients['web'].jwks_uri: is not taken"],
    [
      'a client without id',
      { clients: [{ redirect_uris: [] }] },
      'clients[0].client_id: got nothing; allowed: printable ASCII without spaces.',
    ],
    ['one client twice', { clients: [phone, phone] }, "clients: got 'phone'; allowed: every client_id once."],
    [
      'a secret that is no text',
      { clients: [{ ...web, client_secret: 12345 }] },
      'client_secret: got a value that is not shown; allowed: a text',
    ],
    [
      'a secret of a public client',
      { clients: [{ ...phone, token_endpoint_auth_method: 'none', client_secret: 'hunter2-hunter2' }] },
      "no secret where token_endpoint_auth_method is 'none'",
    ],
    [
      'a missing secret',
      { clients: [{ ...web, client_secret: undefined, token_endpoint_auth_method: 'client_secret_post' }] },
      "clients['web'].client_secret: got nothing",
    ],
    [
      'a secret beside a key',
      { clients: [{ ...web, jwks: { keys: [key] }, token_endpoint_auth_method: 'private_key_jwt' }] },
      "no secret where token_endpoint_auth_method is 'private_key_jwt'",
    ],
    [
      'private_key_jwt without keys',
      { clients: [{ ...web, client_secret: undefined, token_endpoint_auth_method: 'private_key_jwt' }] },
      "clients['web'].jwks: got nothing",
    ],
    [
      'a shared key',
      { clients: [{ ...web, client_secret: undefined, jwks: { keys: [{ kty: 'oct', k: 'hunter2' }] } }] },
      'allowed: public keys alone',
    ],
    [
      'private keys',
      { clients: [{ ...web, client_secret: undefined, jwks: { keys: [{ ...key, d: 'hunter2' }] } }] },
      'allowed: public keys alone',
    ],
    [
      'an introspecting client without secret',
      { clients: [{ ...api, client_secret: undefined }] },
      'a client without grant types only introspects, and has to prove itself',
    ],
    [
      'refresh tokens of nothing',
      { clients: [{ ...api, grant_types: ['refresh_token'] }] },
      "clients['api'].grant_types: got a list; allowed: authorization_code with refresh_token",
    ],
    [
      'codes that nobody asks for',
      { clients: [{ ...api, response_types: ['code'] }] },
      "clients['api'].response_types: got a list; allowed: [], ",
    ],
    [
      'an implicit flow',
      { clients: [{ ...phone, response_types: ['token'] }] },
      "clients['phone'].response_types[0]: got 'token'; allowed: 'code'.",
    ],
    [
      'nowhere to go back to',
      { clients: [{ client_id: 'phone' }] },
      "clients['phone'].redirect_uris: got nothing; allowed: at least one URI",
    ],
    [
      'an unknown scope',
      { clients: [{ ...phone, scope: 'openid notes:raed' }] },
      "clients['phone'].scope: got 'notes:raed'; allowed: scopes that exist: openid, ",
    ],
  ]);
});
