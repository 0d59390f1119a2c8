/** Owns who sends mails (the host's own mailer, a mail server, in development a page, or nobody), and the links in them. */
import { createSmtpMailer } from '../../adapters/smtp/mailer.ts';
import { createLinks, type Links } from '../accounts/links.ts';
import type { Config } from '../config.ts';
import type { DerivedKeys } from '../keys.ts';
import type { Log } from '../log.ts';
import { createDevelopmentOutbox, type DevelopmentOutbox } from '../mail/development-outbox.ts';
import { createDirectMail, type DirectMail } from '../mail/direct-mail.ts';
import type { Mailer } from '../mail/port.ts';
import type { Clock } from '../sessions/time.ts';
import type { Store } from '../store.ts';

interface Parts {
  readonly config: Config;
  /** The host's own. */
  readonly own: Mailer | undefined;
  readonly store: Store;
  readonly keys: DerivedKeys;
  readonly clock: Clock;
  readonly log: Log;
}

/** What the pages send and follow. */
export interface MailParts extends DirectMail {
  readonly links: Links;
}

export interface WiredMail extends MailParts {
  /** The mails of development, where it is that. */
  readonly shown: DevelopmentOutbox | undefined;
  stop(): Promise<void>;
}

interface Chosen {
  /** Absent: nobody sends any. */
  readonly mailer?: Mailer;
  readonly shown?: DevelopmentOutbox;
}

const chooseMailer = ({ config, own }: Pick<Parts, 'config' | 'own'>): Chosen => {
  if (own) return { mailer: own };
  const { smtpUrl: url, mailFrom: from, issuer, production } = config;
  if (url !== undefined && from !== undefined) {
    const domain = new URL(issuer).hostname.replace(/^\[|\]$/g, '');
    return { mailer: createSmtpMailer({ url, from, domain, requireTls: production }) };
  }
  if (production) return {};
  const shown = createDevelopmentOutbox();
  return { mailer: shown, shown };
};

export const createMail = (parts: Parts): WiredMail => {
  const { store, keys, clock, log } = parts;
  const { mailer, shown } = chooseMailer(parts);
  const direct = createDirectMail({ mailer, log });
  return {
    ...direct,
    links: createLinks({ artifacts: store.artifacts, key: keys.links, clock }),
    shown,
    async stop() {
      await direct.idle('hurry');
      await mailer?.close?.();
    },
  };
};
