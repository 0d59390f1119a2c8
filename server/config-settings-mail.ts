/** Owns the settings of mail: rows of the table in config-settings.ts. */
import { text } from './config-types.ts';

const isSmtp = (value: string): boolean => {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, pathname, search, hash } = new URL(value);
  return /^smtps?:$/.test(protocol) && hostname !== '' && `${pathname}${search}${hash}`.replace(/^\/$/, '') === '';
};

/** `no-reply@example.com`, or `Curfew <no-reply@example.com>`: the name without what a header would have to quote. */
const FROM = /^(?:[\p{L}\p{N}][\p{L}\p{N} .'&-]*<([^<>]+)>|([^<>]+))$/u;
const ADDRESS = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+$/;

const isSender = (value: string): boolean => {
  const [, named, bare] = FROM.exec(value) ?? [];
  return ADDRESS.test(named ?? bare ?? '');
};

export const MAIL_SETTINGS = {
  smtpUrl: {
    name: 'CURFEW_SMTP_URL',
    type: text('an smtp:// or smtps:// URL, with no path and no query', isSmtp).optional(),
    read: (value: string) => value,
    unit: 'URL, with the user and the password where the server wants them',
    doc: 'The mail server that notices and links to choose a new password are sent by. `smtps://` is TLS from the first byte; `smtp://` has to offer STARTTLS, unless it is on this machine. Without it production sends none, and offers no reset; in development the mails are shown at /dev/outbox.',
  },
  mailFrom: {
    name: 'CURFEW_MAIL_FROM',
    type: text('an email address, or a name and one: Curfew <no-reply@example.com>', isSender).optional(),
    read: (value: string) => value,
    unit: 'email address',
    doc: 'Whom those mails come from. Needed with CURFEW_SMTP_URL.',
  },
} as const;
