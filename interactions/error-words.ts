/** Owns what an error page says besides its sentence: what to call it, and what to do now. */
import { displayText } from './display-text.ts';
import { isSafeTarget } from './security-headers.ts';

export interface ErrorPage {
  readonly status: number;
  /** One of ours, or an OAuth error code. */
  readonly code: string;
  readonly sentence: string;
  /** For the app's developer; never from inside the server. */
  readonly detail?: string;
  /** What the log entry carries. */
  readonly correlationId: string;
  /** The way back to the app. Left out where the target is none that an app can have. */
  readonly backTo?: { readonly href: string; readonly appName?: string };
  /** Our own page that may be asked for once more. */
  readonly tryAgain?: string;
}

interface Words {
  readonly title: string;
  readonly advice: string;
}

const RESTART = 'Go back to the app and start again from there.';

const WORDS: ReadonlyMap<string, Words> = new Map([
  ['unavailable', { title: 'Not available right now', advice: 'If it lasts, go back to the app and try again later.' }],
  ['throttled', { title: 'Too many tries', advice: 'Your account is safe. This pause keeps others from guessing.' }],
  ['not_found', { title: 'Nothing here', advice: RESTART }],
  ['bad_request', { title: 'That did not work', advice: RESTART }],
  ['forbidden_origin', { title: 'This form was not ours', advice: `Nothing was changed. ${RESTART}` }],
  ['not_confirmed', { title: 'Not confirmed', advice: 'You can close this page, or try again.' }],
  ['interaction_expired', { title: 'Please start again', advice: 'You can close this page and open the app.' }],
]);

/** What the library refuses is mostly an app's mistake, which the person cannot mend. */
const OTHER: Words = {
  title: 'Something is wrong with this request',
  advice: `${RESTART} If it happens again, tell the people who make it.`,
};

export const errorWords = ({ code, sentence, detail, correlationId, backTo, tryAgain }: ErrorPage) => ({
  ...(WORDS.get(code) ?? OTHER),
  sentence,
  code: displayText(code),
  detail: detail === undefined ? undefined : displayText(detail, 300),
  correlationId,
  tryAgain,
  back:
    backTo !== undefined && isSafeTarget(backTo.href)
      ? { href: backTo.href, app: displayText(backTo.appName ?? '') || 'the app' }
      : undefined,
});
