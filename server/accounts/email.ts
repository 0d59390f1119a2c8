/** Owns when two email addresses are one: what is compared, what is unique, what is refused. */
import { domainToASCII } from 'node:url';
import { CurfewError } from '../errors.ts';

/** RFC 5321 §4.5.3.1, as errata 1690 of RFC 3696 reads it. */
export const EMAIL_MAX_CHARACTERS = 254;

const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Z}]/u;
const LOCAL_AND_DOMAIN = /^([^@]+)@([^@]+)$/u;
/** Before IDNA, because `domainToASCII` reads a URL's host: it drops what follows a slash, and decodes percent signs. */
const DOMAIN = /^[\p{L}\p{M}\p{N}.-]+$/u;
const HOST_NAME = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

const folded = (text: string): string => text.trim().normalize('NFC').toLowerCase();

const canonicalOrNothing = (email: string): string | undefined => {
  // The length first: what follows costs time by length.
  if (email.length > EMAIL_MAX_CHARACTERS || !email.isWellFormed()) return undefined;
  const text = folded(email);
  const [, local, domain] = LOCAL_AND_DOMAIN.exec(text) ?? [];
  if (local === undefined || domain === undefined || FORBIDDEN.test(local) || !DOMAIN.test(domain)) return undefined;
  const host = domainToASCII(domain);
  const canonical = `${local}@${host}`;
  return HOST_NAME.test(host) && canonical.length <= EMAIL_MAX_CHARACTERS ? canonical : undefined;
};

/** The address that is compared and unique: trimmed, NFC, lower case, its domain by IDNA. Throws `bad_request`. */
export const canonicalEmail = (email: string): string => {
  const canonical = canonicalOrNothing(email);
  if (canonical === undefined) {
    throw new CurfewError('bad_request', {
      detail: `This is not an email address: it needs one @, a domain, and at most ${EMAIL_MAX_CHARACTERS} characters without spaces.`,
    });
  }
  return canonical;
};

/** What a typed login is counted under. Equal for logins that find one account; takes any text, and never throws. */
export const canonicalLogin = (login: string): string => canonicalOrNothing(login) ?? folded(login);
