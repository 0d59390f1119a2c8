import { expect } from 'chai';
import { servicesOf } from '../../server/services.ts';
import { api, phone, refuses, resolve, web } from './config-fixture.ts';

const receives = { grant_types: ['client_credentials'], scope: 'ssf.manage ssf.read' };
const told = (uri: string) => ({ clients: [{ ...web, backchannel_logout_uri: uri }] });

describe('a client that is told of endings', () => {
  it('is one with a back-channel logout URI, or with client_credentials and the scopes of the stream API', () => {
    const { clients } = resolve({
      clients: [
        { ...web, backchannel_logout_uri: 'https://web.example.com/logout?from=curfew' },
        { ...api, ...receives },
      ],
    });
    expect(clients[0]).to.include({ backchannel_logout_uri: 'https://web.example.com/logout?from=curfew' });
    expect(clients.map(servicesOf)).to.deep.equal([[], ['ssf']]);
  });

  it('may be in a network that the operator vouches for', () => {
    const inNetwork = { ...told('https://10.2.3.4/logout'), receiverNetworks: ['10.2.0.0/16'] };
    expect(resolve(inNetwork).clients[0]?.backchannel_logout_uri).to.equal('https://10.2.3.4/logout');
  });

  refuses([
    [
      'client_credentials without scopes',
      { clients: [{ ...api, grant_types: ['client_credentials'] }] },
      "clients['api'].scope: got nothing; allowed: scopes of this server's own APIs",
    ],
    [
      'client_credentials for something else',
      { clients: [{ ...api, grant_types: ['client_credentials'], scope: 'openid' }] },
      'client_credentials is for those alone',
    ],
    [
      'client_credentials of a client that cannot prove itself',
      { clients: [{ ...phone, grant_types: ['authorization_code', 'client_credentials'], scope: 'openid ssf.read' }] },
      'client_credentials is for clients that prove themselves',
    ],
    [
      '[31] a logout URI of special use',
      told('https://192.168.0.1/logout'),
      "clients['web'].backchannel_logout_uri: got 'https://192.168.0.1/logout'; allowed: a public address",
    ],
    ['a logout URI in clear', told('http://web.example.com/logout'), 'https'],
    ['a logout URI with a password', told('https://a:b@web.example.com/'), 'a URL without user name'],
    [
      'a logout URI of a client without sessions',
      { clients: [{ ...api, backchannel_logout_uri: 'https://api.example.com/logout' }] },
      'it has no sessions',
    ],
    ['a network that is none', { receiverNetworks: ['10.0.0.0/33'] }, 'receiverNetworks[0]'],
  ]);

  it('takes http on a loopback address for development alone', () => {
    const local = told('http://127.0.0.1:4000/logout');
    expect(resolve(local).clients).to.have.lengthOf(1);
    const production = { ...local, production: true, secrets: ['x'.repeat(32)], issuer: 'https://id.example.com' };
    expect(() => resolve(production)).to.throw(/backchannel_logout_uri.*allowed: https/);
  });
});
