/** Owns which network addresses count as one guesser. */
import { isIPv4, isIPv6 } from 'node:net';

const GROUPS = 8;
/** A subscriber gets at least this much of IPv6 (RFC 6177), so single addresses cost a guesser nothing. */
const COUNTED_GROUPS = 4;
const MAPPED = [0, 0, 0, 0, 0, 0xffff];

/** The eight 16-bit groups. The URL parser brings every spelling, dotted tails included, to one. */
const groupsOf = (address: string): readonly number[] => {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const parse = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const first = parse(head);
  const last = parse(tail ?? '');
  return [...first, ...Array<number>(GROUPS - first.length - last.length).fill(0), ...last];
};

/** IPv4 as it is, also where it is mapped into IPv6 (RFC 4291 §2.5.5.2); IPv6 by its /64; anything else is one and the same. */
export const addressKey = (address: string): string => {
  const bare = address.split('%', 1)[0] ?? '';
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return 'unknown';
  const groups = groupsOf(bare);
  if (MAPPED.every((group, index) => groups[index] === group)) {
    return groups
      .slice(MAPPED.length)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.');
  }
  return `${groups
    .slice(0, COUNTED_GROUPS)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
};
