/** Owns what an error page says: what to call it, what happened, and what to do now. */
import { appName } from './app-name.ts';
import { displayText } from './display-text.ts';
import type { InteractionView } from './port.ts';
import { isSafeTarget } from './security-headers.ts';
import type { Speech } from './words/speech.ts';

export interface ErrorPage {
  readonly status: number;
  /** One of ours, or an OAuth error code: the words follow from it. */
  readonly code: string;
  /** For the app's developer; never from inside the server. */
  readonly detail?: string;
  /** What the log entry carries. */
  readonly correlationId: string;
  /** The way back to the app. Left out where the target is none that an app can have. */
  readonly backTo?: { readonly href: string; readonly client: InteractionView['client'] };
  /** As the request asked that failed, where it is known. */
  readonly uiLocales?: string;
  /** Our own page that may be asked for once more. */
  readonly tryAgain?: string;
}

/** Says of a table of some codes what it has on any. */
const rowOf = <Row>(table: Readonly<Record<string, Row>>, code: string): Row | undefined =>
  Object.hasOwn(table, code) ? table[code] : undefined;

export const errorWords =
  ({ code, detail, correlationId, backTo, tryAgain }: ErrorPage) =>
  (speech: Speech) => ({
    ...(rowOf(speech.words.errors.pages, code) ?? speech.words.errors.anyOther),
    code: displayText(code),
    detail: detail === undefined ? undefined : displayText(detail, 300),
    correlationId,
    tryAgain,
    back:
      backTo !== undefined && isSafeTarget(backTo.href)
        ? { href: backTo.href, app: appName(backTo.client, speech) }
        : undefined,
  });
