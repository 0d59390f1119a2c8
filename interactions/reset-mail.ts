/** Owns what the mail says that leads to a new password: plain text in the language of whoever asked for it. */
import { LINK_SECONDS } from '../server/accounts/links.ts';
import type { WriteReset } from '../server/accounts/password-port.ts';
import { displayText } from './display-text.ts';
import type { Speech } from './words/speech.ts';

export const RESET_MINUTES = LINK_SECONDS.reset_link / 60;

/** In a right-to-left text each value keeps its own direction (U+2068, U+2069). */
const set = ({ dir }: Speech, value: string): string => (dir === 'rtl' ? `\u2068${value}\u2069` : value);

export const writeResetIn =
  (speech: Speech, issuer: string): WriteReset =>
  ({ url, at, address }) => {
    const { say, count, dateTime } = speech;
    const { forgotten } = speech.words;
    const host = set(speech, new URL(issuer).host);
    const asked = { host, when: set(speech, dateTime(at)), address: set(speech, displayText(address)) };
    const lines = [
      say(forgotten.mailAsked, asked),
      '',
      count(forgotten.mailLink, RESET_MINUTES),
      '',
      url,
      '',
      forgotten.mailElse,
    ];
    return { subject: say(forgotten.mailSubject, { host }), text: `${lines.join('\n')}\n` };
  };
