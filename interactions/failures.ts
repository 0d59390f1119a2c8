/** Owns how a failure becomes a page: public words for the person, everything else for the log. */
import { correlationIdOrNew } from '../server/correlation.ts';
import { CurfewError } from '../server/errors.ts';
import type { ErrorPage } from './error-words.ts';
import type { Pages } from './pages.ts';
import type { PageContext } from './security-headers.ts';

/** Where the person can go from the page, and what was asked for, as far as it is known. */
export type WayOut = Pick<ErrorPage, 'backTo' | 'tryAgain' | 'uiLocales'>;

export type FailurePage = (ctx: PageContext, error: unknown, wayOut?: WayOut) => void;

/** How soon to come back where the error does not say. */
const RETRY_SECONDS = 5;

/** Any fault that is not the person's is `unavailable`: nothing of it reaches the page. */
const known = (error: unknown): CurfewError =>
  error instanceof CurfewError ? error : new CurfewError('unavailable', { cause: error });

const isPassing = ({ status }: CurfewError): boolean => status === 503 || status === 429;

/** Asking again helps where the fault passes, and where the person has changed their mind. */
const mayTryAgain = (failure: CurfewError): boolean => isPassing(failure) || failure.code === 'not_confirmed';

export interface FailurePageOptions {
  readonly pages: Pick<Pages, 'error'>;
  readonly log: (error: unknown, correlationId: string) => void;
}

export const createFailurePage =
  ({ pages, log }: FailurePageOptions): FailurePage =>
  (ctx, error, { tryAgain, ...rest } = {}) => {
    const failure = known(error);
    const correlationId = correlationIdOrNew();
    log(error, correlationId);
    if (isPassing(failure))
      ctx.set('Retry-After', String(Math.max(1, Math.ceil(failure.retryAfterSeconds ?? RETRY_SECONDS))));
    pages.error(ctx, {
      status: failure.status,
      code: failure.code,
      correlationId,
      ...rest,
      ...(tryAgain !== undefined && mayTryAgain(failure) ? { tryAgain } : {}),
    });
  };
