import { expect } from 'chai';
import { type ConfigInput, configWarnings, resolveConfig } from '../../server/config.ts';
import { CurfewError } from '../../server/errors.ts';
import { ISSUER, SECRET } from './config-fixture.ts';

describe('configuration of a host application', () => {
  it('needs no more than issuer and secret, and takes production from NODE_ENV', () => {
    const config = resolveConfig({ issuer: ISSUER, secrets: [SECRET] }, {});
    expect(config).to.include({ issuer: ISSUER, production: false, demo: false });
    expect(config).to.deep.include({ clients: [], resources: {}, scopes: {}, dpop: { requireNonce: true } });
    expect(resolveConfig({ issuer: ISSUER, secrets: [SECRET] }, { NODE_ENV: 'production' }).production).to.equal(true);
  });

  it('names what is wrong as it was given', () => {
    const input = { issuer: 'auth', prot: 3000 } as unknown as ConfigInput;
    const expected = /^issuer: got 'auth'; allowed: .*\nprot: there is no such key; allowed: issuer, secrets, /;
    expect(() => resolveConfig(input, {})).to.throw(CurfewError, expected);
  });

  it('warns of what will be regretted', () => {
    const client = { client_id: 'phone', redirect_uris: ['com.example:/cb'], lifetimes: 'high' };
    const input = { issuer: ISSUER, secrets: [SECRET], clients: [client], trustedProxies: ['0.0.0.0/0'] };
    const resources = {
      'https://api.example.com': { scopes: ['a'], accessTokenFormat: 'jwt' as const },
      'urn:b': { scopes: ['b'] },
    };
    const lines = configWarnings(resolveConfig({ ...input, resources }, {}));
    expect(lines).to.have.length(3);
    expect(lines[0]).to.include("clients['phone'].lifetimes.accessTokenSeconds is 300: AppAuth-JS and Expo");
    expect(lines[1]).to.include("resources['urn:b'] has opaque tokens and no introspectedBy");
    expect(lines[2]).to.include('CURFEW_TRUSTED_PROXIES has 0.0.0.0/0');
    const api = { client_id: 'api', client_secret: 'short', grant_types: [], response_types: [] as const };
    const secrets = configWarnings(
      resolveConfig(
        {
          ...input,
          trustedProxies: [],
          clients: [{ ...api, lifetimes: { idleSeconds: 9, accessTokenSeconds: 9 } }],
          resources: { 'urn:c': { scopes: ['c'], accessTokenFormat: 'jwt' } },
        },
        {},
      ),
    );
    expect(secrets).to.deep.equal([
      "clients['api'].client_secret has 5 characters: anyone may guess at it; 32 random ones are out of reach.",
    ]);
    const short = { ...client, lifetimes: { accessTokenSeconds: 700, idleSeconds: 1000, retryWindowSeconds: 30 } };
    const others = configWarnings(resolveConfig({ ...input, trustedProxies: [], clients: [short], resources }, {}));
    expect(others[0]).to.include('retryWindowSeconds is 30: an app on iOS');
    expect(others[1]).to.include(
      "resources['https://api.example.com'] issues JWTs, and those of clients['phone'] last 700 s",
    );
  });

  it('warns of JWTs for apps that count on a late retry, and of an issuer that is not https', () => {
    const app = (id: string, more: object) => ({ client_id: id, redirect_uris: [`com.example.${id}:/cb`], ...more });
    const saidOf = (issuer: string, accessTokenFormat: 'jwt' | 'opaque') =>
      configWarnings(
        resolveConfig(
          {
            issuer,
            secrets: [SECRET],
            clients: [app('a', {}), app('b', { dpop_bound_access_tokens: true }), app('c', { lifetimes: 'high' })],
            resources: { 'urn:x': { scopes: ['x'], accessTokenFormat, introspectedBy: [] } },
          },
          {},
        ),
      );
    const ofJwt = saidOf(ISSUER, 'jwt').filter((line) => line.includes('lateRetrySeconds'));
    expect(ofJwt).to.have.length(1);
    expect(ofJwt[0])
      .to.include("resources['urn:x']")
      .and.include("clients['a'],")
      .and.not.match(/clients\['[bc]'\]/);
    expect(saidOf(ISSUER, 'opaque').filter((line) => line.includes('lateRetrySeconds'))).to.deep.equal([]);
    const ofHttp = (issuer: string) => saidOf(issuer, 'opaque').filter((line) => line.includes('not https'));
    expect(ofHttp('http://auth.example.com')).to.have.length(1);
    for (const fine of [ISSUER, 'http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000'])
      expect(ofHttp(fine), fine).to.deep.equal([]);
  });
});
