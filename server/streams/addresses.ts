/** Owns which addresses nothing is sent to: those of special use, behind which is this machine or its own network. */
import { BlockList, isIP, isIPv6 } from 'node:net';

/** The registries of RFC 6890, as IANA keeps them: what is not globally reachable, and multicast. */
const SPECIAL_IPV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;

/** Of IPv6 only the global unicast block is anybody's public address; these lie within it. */
const GLOBAL_UNICAST = ['2000::', 3] as const;
const SPECIAL_IPV6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const;

const LOOPBACK_NAME = /^(.+\.)?localhost\.?$/i;

const special = new BlockList();
for (const [network, prefix] of SPECIAL_IPV4) special.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of SPECIAL_IPV6) special.addSubnet(network, prefix, 'ipv6');
const globalUnicast = new BlockList();
globalUnicast.addSubnet(...GLOBAL_UNICAST, 'ipv6');
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const within = (list: BlockList, address: string): boolean => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

export interface Reach {
  /** Outside production: a receiver on the developer's own machine, in clear too. */
  readonly loopback: boolean;
  /** Special-use networks, in CIDR notation, that the operator vouches for. */
  readonly networks: readonly string[];
}

const networkList = (networks: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix = isIPv6(address) ? '128' : '32'] = network.split('/');
    list.addSubnet(address, Number(prefix), isIPv6(address) ? 'ipv6' : 'ipv4');
  }
  return list;
};

/** Whether something may be sent to an address. */
export const reachOf = (reach: Reach): ((address: string) => boolean) => {
  const vouched = networkList(reach.networks);
  return (address) => {
    if (isIP(address) === 0) return false;
    if (within(vouched, address) || (reach.loopback && within(loopback, address))) return true;
    return !within(special, address) && (!isIPv6(address) || within(globalUnicast, address));
  };
};

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

const isLoopbackHost = (host: string): boolean =>
  isIP(host) === 0 ? LOOPBACK_NAME.test(host) : within(loopback, host);

const hostRefusal = (url: URL, reach: Reach): string | undefined => {
  const host = hostOf(url);
  const isLocal = isLoopbackHost(host);
  if (url.protocol === 'http:' && !(reach.loopback && isLocal))
    return reach.loopback ? 'https; http on a loopback address alone' : 'https';
  // A name is looked up when it is called: what it stands for then is what counts.
  const isReached = isIP(host) === 0 ? !isLocal || reach.loopback : reachOf(reach)(host);
  return isReached ? undefined : 'a public address: this one is of special use (RFC 6890)';
};

/** What would have been allowed, or nothing where the URL is one that may be sent to. Pure. */
export const receiverRefusal = (text: string, reach: Reach): string | undefined => {
  const url = /^[!-[\]-~]+$/.test(text) ? URL.parse(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) return 'an https URL';
  const isPlain = url.username === '' && url.password === '' && url.hash === '';
  return isPlain ? hostRefusal(url, reach) : 'a URL without user name, password and fragment';
};
