import { expect } from 'chai';
import { api, phone, refuses, resolve, web } from './config-fixture.ts';

const receives = { grant_types: ['client_credentials'], services: ['ssf'] };
const told = (uri: string) => ({ clients: [{ ...web, backchannel_logout_uri: uri }] });

describe('a client that is told of endings', () => {
  it('is one with a back-channel logout URI, or with services and the grant for them', () => {
    const { clients } = resolve({
      clients: [
        { ...web, backchannel_logout_uri: 'https://web.example.com/logout?from=curfew' },
        { ...api, ...receives, scope: 'ssf.read' },
      ],
    });
    expect(clients[0]).to.include({ backchannel_logout_uri: 'https://web.example.com/logout?from=curfew' });
    expect(clients[1]?.services).to.deep.equal(['ssf']);
  });

  it('may be in a network that the operator vouches for', () => {
    const inNetwork = { ...told('https://10.2.3.4/logout'), receiverNetworks: ['10.2.0.0/16'] };
    expect(resolve(inNetwork).clients[0]?.backchannel_logout_uri).to.equal('https://10.2.3.4/logout');
  });

  refuses([
    ['services that there are not', { clients: [{ ...api, ...receives, services: ['x'] }] }, "services[0]: got 'x'"],
    [
      'services without the grant for them',
      { clients: [{ ...api, services: ['ssf'] }] },
      "'client_credentials' among them, as services are called with it",
    ],
    [
      'the grant without services',
      { clients: [{ ...api, grant_types: ['client_credentials'] }] },
      "no 'client_credentials' without services",
    ],
    [
      'services of a client that cannot prove itself',
      { clients: [{ ...phone, grant_types: ['authorization_code', 'client_credentials'], services: ['ssf'] }] },
      'who calls them has to prove itself',
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
