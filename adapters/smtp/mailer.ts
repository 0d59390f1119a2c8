/** Owns how a mail leaves by SMTP. The only folder that knows nodemailer. */
import { createTransport } from 'nodemailer';
import type { Mail, Mailer } from '../../server/mail/port.ts';

export interface SmtpOptions {
  /** `smtps://user:password@host:port`, or `smtp://`: then STARTTLS. */
  readonly url: string;
  /** `Name <address>`, or the address alone. */
  readonly from: string;
  /** The domain of the Message-IDs. */
  readonly domain: string;
  /** Whether nothing is sent in clear over a network. */
  readonly requireTls: boolean;
}

/** To each step of the conversation; a server that hangs holds nobody up but the mails. */
const TIMEOUT_MS = 10_000;

const LOOPBACK = /^(127(\.\d+){3}|\[::1\]|localhost)$/;

/** No certificate is asked of this machine itself: what runs here could read our memory's neighbours as well. */
const transportOptions = ({ url, requireTls }: Pick<SmtpOptions, 'url' | 'requireTls'>) => {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === 'smtps:';
  const isLoopback = LOOPBACK.test(hostname);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (secure ? 465 : 587),
    secure,
    requireTLS: !secure && !isLoopback && requireTls,
    ignoreTLS: !secure && isLoopback,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    dnsTimeout: TIMEOUT_MS,
    // A mail is its text: nothing is fetched or read for it.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
  };
};

/** A server that refuses a mail may quote it: the links in it are not for the log. */
const LINK_TOKEN = /[A-Za-z0-9_-]{43,}/g;

/** RFC 5321 §4.2.1: 5 is for good. Of the mail and its receiver, that is: what it says of us, an operator can change. */
const failureOf = (error: unknown): Error => {
  const { message, responseCode = 0, command = '' } = error as Error & { responseCode?: number; command?: string };
  const permanent = responseCode >= 500 && ['RCPT TO', 'DATA'].includes(command);
  return Object.assign(new Error(message.replace(LINK_TOKEN, '…')), { permanent });
};

/** What would be a list of addresses, or another line of the conversation, is no address. */
const NO_ADDRESS = /[\s<>,;:"\\()[\]]/;

const messageOf = (mail: Mail, { from, domain }: Pick<SmtpOptions, 'from' | 'domain'>) => ({
  from,
  // As an object: it is not read as a list.
  to: { name: '', address: mail.to },
  subject: mail.subject,
  text: mail.text,
  messageId: `<${mail.id}@${domain}>`,
  date: new Date(mail.at * 1000),
  // RFC 3834 §5: no out-of-office notes to it.
  headers: { 'Auto-Submitted': 'auto-generated' },
});

export const createSmtpMailer = (options: SmtpOptions): Mailer => {
  // One connection a mail. A pool would put a mail whose connection broke back into its queue, taken or not.
  const transport = createTransport(transportOptions(options));
  return {
    async send(mail) {
      if (NO_ADDRESS.test(mail.to)) throw Object.assign(new Error('this is no address'), { permanent: true });
      await transport.sendMail(messageOf(mail, options)).catch((error: unknown) => {
        throw failureOf(error);
      });
    },
    close: () => transport.close(),
  };
};
