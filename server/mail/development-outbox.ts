/** Owns the mails of development: nobody sends them; a page shows the last. */
import type { Mail, Mailer } from './port.ts';

export interface DevelopmentOutbox extends Mailer {
  /** Newest first. */
  list(): readonly Mail[];
}

const KEPT = 50;

export const createDevelopmentOutbox = (): DevelopmentOutbox => {
  let kept: readonly Mail[] = [];
  return {
    async send(mail) {
      // The same mail again takes the place of the first, as it does in a mailbox.
      kept = [mail, ...kept.filter(({ id }) => id !== mail.id)].slice(0, KEPT);
    },
    list: () => kept,
  };
};
