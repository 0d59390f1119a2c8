/** Owns what a mail is, and what is asked of whoever sends it. */
import type { Seconds } from '../sessions/time.ts';

/** A message to one person. Nothing in it has to be escaped: it is plain text, in lines that end with `\n`. */
export interface Mail {
  /**
   * A mail that is sent again has the id that it had: it becomes the Message-ID, by which a mailbox tells that it is the
   * same. base64url, at most 64 characters.
   */
  readonly id: string;
  /** What it is about: `password_reset`, or a kind of notice. For a sender that has more than one way to a person. */
  readonly kind: string;
  readonly accountId: string;
  /** When what it tells of happened: its date. Seconds since 1970. */
  readonly at: Seconds;
  /** The account's own address, and no other. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** The port of whoever sends mails: SMTP, or a host's own way to its people. */
export interface Mailer {
  /**
   * Resolves once somebody else has taken the mail, for good. Throws where nobody has: it is tried again later, unless
   * the error has a member `permanent` that is true. May be asked again with a mail that it has taken, where the process
   * died before that was written down.
   */
  send(mail: Mail): Promise<void>;
  /** Called once, when no more mails come. */
  close?(): void | Promise<void>;
}

/** Whether to try again would be of no use. */
export const isPermanent = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'permanent' in error && error.permanent === true;
