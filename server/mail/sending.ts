/** Owns one try to send one notice, and what its outcome means. */
import type { Log } from '../log.ts';
import type { Clock } from '../sessions/time.ts';
import type { Notice } from './outbox-state.ts';
import { isPermanent, type Mail, type Mailer } from './port.ts';
import { TOO_OLD_SECONDS } from './reading.ts';

/** `dropped`: there is nobody to send it to. `failed`: it is given up. `later`: nobody took it, as far as anybody knows. */
export type Outcome = 'sent' | 'dropped' | 'failed' | 'later';

export interface SendingParts {
  readonly mailer: Mailer;
  /** Undefined where the account has no address, or is gone. */
  readonly compose: (notice: Notice) => Promise<Mail | undefined>;
  readonly clock: Clock;
  readonly log: Log;
}

export const SEND_MS = 60_000;

/** A server that hangs is one that did not take it, as far as anybody knows. */
const inTime = async (work: Promise<void>): Promise<void> => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`nobody took it within ${SEND_MS} ms`)), SEND_MS);
  try {
    await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
};

export const createSendOne = ({ mailer, compose, clock, log }: SendingParts) => {
  const failure = ({ id, facts }: Notice, error: unknown): Outcome => {
    const said = { mail: id, kind: facts.kind, error };
    const isOver = isPermanent(error) || clock.now() - facts.at >= TOO_OLD_SECONDS;
    if (isOver) log.warn('a notice was given up', said);
    else log.info('a notice could not be sent, and is tried again', said);
    return isOver ? 'failed' : 'later';
  };
  return async (notice: Notice): Promise<Outcome> => {
    try {
      const mail = await compose(notice);
      if (mail) await inTime(mailer.send(mail));
      else log.info('a notice has nobody to go to', { mail: notice.id, kind: notice.facts.kind });
      return mail ? 'sent' : 'dropped';
    } catch (error) {
      return failure(notice, error);
    }
  };
};
