/** Owns the settings of whom to believe and whom to send to: rows of the table in config-settings.ts. */
import { isIP } from 'node:net';
import { asList, listOf, text } from './config-types.ts';

/** An address, or a range in CIDR notation. */
const isAddressRange = (value: string): boolean => {
  const [address = '', prefix, ...rest] = value.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (bits < 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
};

const networks = listOf(
  text('an IP address, or a range such as 10.0.0.0/8 or fd00::/8', isAddressRange),
  'a list of IP addresses and CIDR ranges',
);

export const NETWORK_SETTINGS = {
  trustedProxies: {
    name: 'CURFEW_TRUSTED_PROXIES',
    type: networks.optional(),
    default: [],
    read: asList,
    unit: 'addresses and CIDR ranges, comma separated',
    doc: 'The proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. Nobody else can choose the address that limits and events see.',
  },
  receiverNetworks: {
    name: 'CURFEW_RECEIVER_NETWORKS',
    type: networks.optional(),
    default: [],
    read: asList,
    unit: 'addresses and CIDR ranges, comma separated',
    doc: 'Networks of special use, such as your own private one, in which receivers of security events and of back-channel logout may be. To no other address of special use is anything sent.',
  },
} as const;
