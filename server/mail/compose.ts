/** Owns how a notice becomes a mail: to the account's own address, in the person's language, with a link of its own. */
import { canonicalEmail } from '../accounts/email.ts';
import { LINK_SECONDS, type Links } from '../accounts/links.ts';
import type { Clock, Seconds } from '../sessions/time.ts';
import type { Notice } from './outbox-state.ts';
import type { Mail } from './port.ts';

/** What the words are made of, besides what happened. */
export interface NoticeExtras {
  /** To say that it was somebody else, and until when that can be said. */
  readonly link?: { readonly url: string; readonly until: Seconds };
  /** It could not be sent when it happened. */
  readonly late: boolean;
}

export type WriteNotice = (
  notice: Pick<Notice, 'facts' | 'count'>,
  extras: NoticeExtras,
) => { readonly subject: string; readonly text: string };

interface Parts {
  readonly issuer: string;
  readonly addressOf: (accountId: string) => Promise<string | undefined>;
  readonly epochOf: (accountId: string) => Promise<number>;
  readonly links: Pick<Links, 'issue'>;
  readonly write: WriteNotice;
  readonly clock: Clock;
}

/** Later than this a mail says that it is late. */
const LATE_SECONDS = 60 * 60;

export const NOT_ME_PATH = '/not-me';

/** A host's own users may have anything there; what is no single address gets no mail. */
export const isAddress = (text: string): boolean => {
  try {
    return canonicalEmail(text) !== '' && !/[<>,;:"\\()[\]]/.test(text);
  } catch {
    return false;
  }
};

export const createCompose = ({ issuer, addressOf, epochOf, links, write, clock }: Parts) => {
  const linkFor = async ({ id, facts }: Notice): Promise<NoticeExtras['link']> => {
    // Whoever was shut out cannot do anything about it.
    if (facts.kind === 'account_disabled') return undefined;
    const { accountId, deviceId, sid, kind, at, device, app } = facts;
    const about = { kind, at, ...(device === undefined ? {} : { device }), ...(app === undefined ? {} : { app }) };
    const named = { ...(deviceId === undefined ? {} : { deviceId }), ...(sid === undefined ? {} : { sid }) };
    const linked = { accountId, epoch: await epochOf(accountId), ...named, about };
    const token = await links.issue('not_me_link', linked, id, at);
    return { url: `${issuer}${NOT_ME_PATH}/${token}`, until: at + LINK_SECONDS.not_me_link };
  };

  return async (notice: Notice): Promise<Mail | undefined> => {
    const { id, facts } = notice;
    const { kind, accountId, at } = facts;
    const to = (await addressOf(accountId))?.trim();
    if (to === undefined || !isAddress(to)) return undefined;
    const link = await linkFor(notice);
    const late = clock.now() - at > LATE_SECONDS;
    return { id, kind, accountId, at, to, ...write(notice, { late, ...(link ? { link } : {}) }) };
  };
};
