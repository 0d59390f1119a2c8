/** Owns who sends mails (the host's own mailer, a mail server, in development a page, or nobody), and the links in them. */
import { createSmtpMailer } from '../../adapters/smtp/mailer.ts';
import { createWriteNotice } from '../../interactions/notice-mails.ts';
import type { BuiltInAccounts } from '../accounts/accounts.ts';
import { createLinks, type Links } from '../accounts/links.ts';
import type { Accounts } from '../accounts/store.ts';
import type { Config } from '../config.ts';
import type { Core } from '../core.ts';
import { randomSecret } from '../digests.ts';
import type { DerivedKeys } from '../keys.ts';
import type { Log } from '../log.ts';
import { createCompose } from '../mail/compose.ts';
import { createDevelopmentOutbox, type DevelopmentOutbox } from '../mail/development-outbox.ts';
import { createDirectMail, type DirectMail } from '../mail/direct-mail.ts';
import { createNotMe, type Demands, type NotMe } from '../mail/not-me.ts';
import { createOutbox } from '../mail/outbox.ts';
import type { Mailer } from '../mail/port.ts';
import { type Postman, startPostman } from '../mail/postman.ts';
import { lastOfflineToken } from '../offline-tokens.ts';
import { OWN_CLIENT_ID } from '../own-client.ts';
import type { People } from '../people.ts';
import type { Clock } from '../sessions/time.ts';
import type { Store } from '../store.ts';
import { createWhereabouts, type PlaceOf } from '../whereabouts.ts';
import type { Watch } from './watch.ts';

interface Parts {
  readonly config: Config;
  /** The host's own. */
  readonly mailer: Mailer | undefined;
  readonly store: Store;
  readonly core: Core;
  readonly people: People;
  /** The host's own people. */
  readonly own: Accounts | undefined;
  readonly builtIn: Pick<BuiltInAccounts, 'voidPassword' | 'demandNewPassword'> | undefined;
  readonly keys: DerivedKeys;
  readonly clock: Clock;
  readonly log: Log;
  readonly placeOf: PlaceOf | undefined;
  readonly watch: Pick<Watch, 'measures'>;
}

/** What the pages send, follow and show. */
export interface MailParts extends DirectMail {
  readonly links: Links;
  readonly notMe: NotMe;
  /** The mails of development, where it is that. */
  readonly shown: DevelopmentOutbox | undefined;
}

export interface WiredMail extends MailParts {
  /** Begins to send notices, those first that a crash left. */
  start(): Promise<void>;
  /** Takes what there is to tell from the event log, before events are deleted. */
  take(): Promise<void>;
  /** Sends what is due. Resolves once nothing is under way. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

interface Chosen {
  /** Absent: nobody sends any. */
  readonly mailer?: Mailer;
  readonly shown?: DevelopmentOutbox;
}

const chooseMailer = ({ config, mailer: own }: Pick<Parts, 'config' | 'mailer'>): Chosen => {
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

type OnOutcome = (kind: string, outcome: 'sent' | 'failed') => void;

const postmanOver = (parts: Parts, mailer: Mailer, links: Links, onOutcome: OnOutcome): Promise<Postman> => {
  const { config, store, core, people, clock, log } = parts;
  const { issuer } = config;
  const compose = createCompose({
    issuer,
    addressOf: people.loginOf,
    epochOf: async (accountId) => (await store.sessions.endingsOf(accountId)).epoch,
    links,
    write: createWriteNotice(issuer),
    clock,
  });
  const outbox = createOutbox({
    store,
    clock,
    log,
    mailer,
    compose,
    onOutcome,
    // Our own pages are no app that a person knows by a name.
    appName: (clientId) => (clientId === OWN_CLIENT_ID ? undefined : core.clientOf(clientId)?.client_name),
    localeOf: people.localeOf,
    whereabouts: createWhereabouts(parts.placeOf, log),
    onTooOld: (count) => log.warn('notices were too old to be sent', { count }),
  });
  return startPostman({ outbox, store, events: core.events, clock, log });
};

/** Of a host's own people, where the host lets passwords be set here. */
const demandsOf = ({ builtIn, own }: Pick<Parts, 'builtIn' | 'own'>): Demands | undefined => {
  if (builtIn) return { not_me: builtIn.voidPassword, lost: builtIn.demandNewPassword };
  if (!own?.setPassword || !own.demandNewPassword) return undefined;
  return {
    async not_me(sub) {
      await own.setPassword?.(sub, randomSecret());
      await own.demandNewPassword?.(sub);
    },
    lost: async (sub) => own.demandNewPassword?.(sub),
  };
};

const notMeOver = (parts: Parts, links: Links): NotMe => {
  const { config, core, clock } = parts;
  const { accountSessions, clientOf } = core;
  return createNotMe({
    links,
    accountSessions,
    demands: demandsOf(parts),
    lastOfflineToken: lastOfflineToken(config, clientOf),
    now: () => clock.now(),
  });
};

export const createMail = (parts: Parts): WiredMail => {
  const { store, keys, clock, log, watch } = parts;
  const { mailer, shown } = chooseMailer(parts);
  const onOutcome: OnOutcome = (kind, outcome) => watch.measures()?.mail(kind, outcome);
  const direct = createDirectMail({ mailer, log, onOutcome });
  const links = createLinks({ artifacts: store.artifacts, key: keys.links, clock });
  let postman: Postman | undefined;
  return {
    ...direct,
    links,
    notMe: notMeOver(parts, links),
    shown,
    async start() {
      if (mailer) postman = await postmanOver(parts, mailer, links, onOutcome);
    },
    take: async () => postman?.take(),
    async look() {
      await direct.idle();
      await postman?.look();
    },
    async stop() {
      await postman?.stop();
      await direct.idle('hurry');
      await mailer?.close?.();
    },
  };
};
