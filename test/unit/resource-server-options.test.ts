import { expect } from 'chai';
import { createResourceServer, type ResourceServerOptions } from '../../resource-server/index.ts';

const good = { issuer: 'https://auth.example.com', audience: 'https://api.example.com' };

describe('what a resource server may be told', () => {
  const wrong: ReadonlyArray<readonly [string, object, string]> = [
    ['no issuer', { issuer: undefined }, 'issuer: '],
    ['an issuer in clear', { issuer: 'http://auth.example.com' }, 'issuer: has to be an https address'],
    ['an issuer with a query', { issuer: 'https://auth.example.com/?a=1' }, 'issuer: has to be an https address'],
    ['no audience', { audience: '' }, 'audience: '],
    ['an audience that is no address, and no url', { audience: 'api' }, 'url: is needed'],
    ['a setting that does not exist', { audiences: [] }, '"audiences"'],
    ['a setting that does not exist further in', { dpop: { nonces: true } }, '"nonces"'],
    ['a symmetric algorithm', { algorithms: ['HS256'] }, 'algorithms.0: '],
    ['no signature at all', { algorithms: ['none'] }, 'algorithms.0: '],
    ['introspection without a client', { tokens: 'introspected' }, 'client: is needed'],
    ['events without a client', { events: {} }, 'client: is needed'],
    ['a client without a secret', { client: { id: 'api' } }, 'client: '],
    ['a public key for a private one', { client: { id: 'api', key: { kty: 'EC' } } }, 'client: '],
    ['a time that is none', { introspection: { cacheSeconds: -1 } }, 'introspection.cacheSeconds: '],
    ['a short secret for nonces', { dpop: { nonceSecret: 'short' } }, 'dpop.nonceSecret: '],
  ];
  for (const [what, more, said] of wrong) {
    it(`refuses ${what}, by name`, () => {
      const make = () => createResourceServer({ ...good, ...more } as ResourceServerOptions);
      expect(make).to.throw(TypeError, said);
      expect(make).to.throw(/^createResourceServer: /);
    });
  }

  it('says where the metadata is, also for an API below a path, or with another name than its address', () => {
    const at = (more: object) => createResourceServer({ ...good, ...more }).metadata;
    expect(at({}).path).to.equal('/.well-known/oauth-protected-resource');
    const below = at({ audience: 'https://api.example.com/v1/' });
    expect(below.url).to.equal('https://api.example.com/.well-known/oauth-protected-resource/v1');
    const named = at({ audience: 'urn:example:api', url: 'https://api.example.com/x' });
    expect(named.document).to.include({ resource: 'https://api.example.com/x' });
    expect(at({ dpop: { use: 'off' } }).document).not.to.have.property('dpop_bound_access_tokens_required');
  });
});
