/** Owns what a notice says: plain text in the person's language, whatever strangers put into the names that it shows. */
import type { NoticeExtras, WriteNotice } from '../server/mail/compose.ts';
import type { NoticeFacts, NoticeKind, ToldReason } from '../server/mail/notices.ts';
import { displayText } from './display-text.ts';
import { chooseLanguage, type Speech, speechIn } from './words/speech.ts';

interface Said {
  readonly subject: string;
  readonly lead: string;
}

type Say = (speech: Speech, facts: NoticeFacts, count: number) => Said;

const factorChanged =
  (which: 'factorAdded' | 'factorRemoved'): Say =>
  ({ words: { mail }, say }, { factor }) => {
    const { subject, lead } = mail[which];
    return { subject, lead: say(lead, { factor: factor === undefined ? '' : mail.factors[factor] }) };
  };

const ENDED: Readonly<Record<ToldReason, Say>> = {
  reuse: ({ words: { mail } }) => ({ subject: mail.ended.subject, lead: mail.ended.reuse }),
  code_replayed: ({ words: { mail } }) => ({ subject: mail.ended.subject, lead: mail.ended.codeReplayed }),
  admin: ({ words: { mail }, count: plural }, _facts, count) => ({
    subject: mail.ended.adminSubject,
    lead: plural(mail.ended.admin, count),
  }),
};

const SAID: Readonly<Record<NoticeKind, Say>> = {
  new_device: ({ words }) => words.mail.newDevice,
  password_changed: ({ words }) => words.mail.passwordChanged,
  factor_added: factorChanged('factorAdded'),
  factor_removed: factorChanged('factorRemoved'),
  account_disabled: ({ words }) => words.mail.accountDisabled,
  session_ended: (speech, facts, count) => ENDED[facts.reason ?? 'admin'](speech, facts, count),
};

/** What happened, in a few words. */
export const subjectOf = (kind: NoticeKind | undefined, speech: Speech): string => {
  const { mail } = speech.words;
  const subjects: Readonly<Record<NoticeKind, string>> = {
    new_device: mail.newDevice.subject,
    password_changed: mail.passwordChanged.subject,
    factor_added: mail.factorAdded.subject,
    factor_removed: mail.factorRemoved.subject,
    account_disabled: mail.accountDisabled.subject,
    session_ended: mail.ended.adminSubject,
  };
  return subjects[kind ?? 'session_ended'];
};

const NAME_LIMIT = 60;

/** Whoever signs in names the device, and a mail program makes links of what looks like one: then it must not. */
const unlinked = (name: string): string =>
  displayText(name, NAME_LIMIT)
    .replace(/:\/*/gu, ' ')
    .replace(/[.@](?=[\p{L}\p{N}])/gu, (sign) => `${sign} `)
    .replace(/\s+/gu, ' ')
    .trim();

/** In a right-to-left text each value keeps its own direction (U+2068, U+2069). */
const set = ({ dir }: Speech, value: string): string => (dir === 'rtl' ? `\u2068${value}\u2069` : value);

const factLines = (speech: Speech, { at, device, app, address, place, by }: NoticeFacts): string[] => {
  const { when, ...named } = speech.words.mail.facts;
  // An administrator's address is nobody's business.
  const where = by === 'command line' ? {} : { address, place };
  const values: Partial<Record<keyof typeof named, string>> = Object.fromEntries(
    Object.entries({ device, app, ...where }).filter(([, value]) => value !== undefined && value !== ''),
  );
  const lines = (Object.keys(named) as (keyof typeof named)[]).flatMap((name) => {
    const value = values[name];
    if (value === undefined) return [];
    return [`${named[name]}: ${set(speech, name === 'address' ? displayText(value) : unlinked(value))}`];
  });
  return [`${when}: ${set(speech, speech.dateTime(at))}`, ...lines];
};

const byWhom = ({ words: { mail } }: Speech, { by }: NoticeFacts): string[] => {
  if (by === 'command line') return [mail.byAdministrator];
  return by === 'reset' ? [mail.byLink] : [];
};

/** What to do: nothing, or what the link is for. */
const adviceOn = ({ words: { mail } }: Speech, { kind, deviceId }: NoticeFacts): readonly [string, string] => {
  if (kind === 'session_ended') return [mail.itIsKnown, mail.itIsUnknown];
  return [mail.itWasYou, deviceId === undefined ? mail.itWasNot : mail.itWasNotOrLost];
};

const linkLines = (speech: Speech, facts: NoticeFacts, { link }: NoticeExtras): string[] => {
  if (!link) return [];
  const [nothing, open] = adviceOn(speech, facts);
  const note = speech.say(speech.words.mail.linkNote, { until: speech.dateTime(link.until) });
  return [nothing, '', open, link.url, '', note, ''];
};

export const createWriteNotice = (issuer: string): WriteNotice => {
  const { host } = new URL(issuer);
  return ({ facts, count }, extras) => {
    const speech = speechIn(chooseLanguage({ uiLocales: facts.lang }));
    const { mail } = speech.words;
    const { subject, lead } = SAID[facts.kind](speech, facts, count);
    const lines = [
      [lead, ...byWhom(speech, facts)].join(' '),
      '',
      ...factLines(speech, facts),
      '',
      ...(extras.late ? [mail.late, ''] : []),
      ...linkLines(speech, facts, extras),
      speech.say(mail.foot, { host: set(speech, host) }),
    ];
    return { subject, text: `${lines.join('\n')}\n` };
  };
};
