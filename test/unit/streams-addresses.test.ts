import { expect } from 'chai';
import { reachOf, receiverRefusal } from '../../server/streams/addresses.ts';
import { createPost } from '../../server/streams/post.ts';
import { Receiver } from '../support/receivers.ts';

const PRODUCTION = { loopback: false, networks: [] };
const DEVELOPMENT = { loopback: true, networks: [] };

describe('where something may be sent', () => {
  const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
    'this host': ['0.0.0.0', '127.0.0.1', '127.8.8.8', '::', '::1', '::ffff:127.0.0.1'],
    'private networks': ['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.0.1', 'fc00::1', 'fd12::1'],
    'shared address space': ['100.64.0.1', '100.127.255.255'],
    'the link': ['169.254.169.254', 'fe80::1'],
    'documentation and benchmarks': ['192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '2001:db8::1'],
    'translated addresses': ['64:ff9b::a00:1', '2002:a00:1::', '2001::1', '::ffff:10.0.0.1'],
    'multicast and broadcast': ['224.0.0.1', '255.255.255.255', 'ff02::1'],
  };
  for (const [what, addresses] of Object.entries(ADDRESSES)) {
    it(`[31] is never an address of ${what}`, () => {
      for (const address of addresses) expect(reachOf(PRODUCTION)(address), address).to.equal(false);
    });
  }

  it('is any public address', () => {
    for (const address of ['9.9.9.9', '172.15.0.1', '100.63.0.1', '2606:4700::1111', '2a00::1'])
      expect(reachOf(PRODUCTION)(address), address).to.equal(true);
  });

  it('is no text that is no address', () => {
    for (const address of ['', 'localhost', '10.1', '1e10']) expect(reachOf(DEVELOPMENT)(address)).to.equal(false);
  });

  it('is a network that the operator vouches for, and no more of it', () => {
    const reach = reachOf({ loopback: false, networks: ['10.2.0.0/16', 'fd00::1'] });
    const reached = ['10.2.3.4', 'fd00::1', '10.3.0.1', 'fd00::2', '127.0.0.1'].map(reach);
    expect(reached).to.deep.equal([true, true, false, false, false]);
  });

  it('is the own machine in development, in clear too; over a network only https', () => {
    expect(receiverRefusal('http://127.0.0.1:3001/x', DEVELOPMENT)).to.equal(undefined);
    expect(receiverRefusal('http://localhost/x', DEVELOPMENT)).to.equal(undefined);
    expect(receiverRefusal('http://127.0.0.1:3001/x', PRODUCTION)).to.equal('https');
    expect(receiverRefusal('https://localhost/x', PRODUCTION)).to.include('RFC 6890');
    expect(receiverRefusal('https://api.example.com/x', PRODUCTION)).to.equal(undefined);
    expect(receiverRefusal('http://api.example.com/x', DEVELOPMENT)).to.include('https');
  });
});

describe('a name that turns out to stand for an address of special use', () => {
  const receiver = new Receiver();
  before(() => receiver.open());
  after(() => receiver.close());

  const postTo = async (hostname: string, addresses: readonly { address: string; family: number }[]) => {
    const lookup = ((_name: string, _options: object, callback: (error: null, found: unknown) => void) =>
      callback(null, addresses)) as never;
    const post = createPost({ allows: reachOf(PRODUCTION), timeoutMs: 1000, lookup });
    const url = receiver.url.replace('127.0.0.1', hostname);
    return post({ url, headers: {}, body: 'x' }).finally(() => post.close());
  };

  for (const [what, addresses] of Object.entries({
    alone: [{ address: '127.0.0.1', family: 4 }],
    'among public ones': [
      { address: '9.9.9.9', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ],
  })) {
    it(`[31] is not called, ${what}`, async () => {
      const refused = await postTo('receiver.example.com', addresses).catch((error: Error) => error.message);
      expect(refused).to.equal('receiver.example.com is at 127.0.0.1, an address of special use (RFC 6890)');
      expect(receiver.got).to.be.empty;
    });
  }

  it('[31] is not called by its address either', async () => {
    const refused = await postTo('127.0.0.1', []).catch((error: Error) => error.message);
    expect(refused).to.include('RFC 6890');
    expect(receiver.got).to.be.empty;
  });
});
