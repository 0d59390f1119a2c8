/**
 * Owns mails that somebody has just asked for, and that are worth nothing later: they are sent from memory, and whoever
 * asked waits for none. What has to survive a crash goes through the outbox.
 */
import type { Log } from '../log.ts';
import { isPermanent, type Mail, type Mailer } from './port.ts';

export interface DirectMail {
  /** False: nobody sends mails here. Nothing is to be offered then that needs one. */
  readonly isAvailable: boolean;
  /**
   * Returns at once, whatever becomes of it, so that no answer tells by its time whether there was a mail: `make` is asked
   * in a later turn, and its looking up is as little waited for as the sending. Undefined: there is none to send.
   */
  send(kind: string, make: () => Promise<Mail | undefined>): void;
  /** Resolves once nothing is under way. What waits for another try is given up where `hurry`. */
  idle(hurry?: 'hurry'): Promise<void>;
}

interface Parts {
  /** Absent: there is none. */
  readonly mailer: Mailer | undefined;
  readonly log: Log;
  /** A mail was taken, or given up. */
  readonly onOutcome?: (kind: string, outcome: 'sent' | 'failed') => void;
}

/** More than these wait for nobody: they would be old when their turn came. */
const WAITING_MOST = 200;
const AT_ONCE = 4;
/** Within the life of the shortest link that is mailed. */
const PAUSES_MS = [1000, 5000, 30_000, 120_000];

/** A pause that ends early where nobody has the time for it. */
const createPause = () => {
  const ends = new Set<() => void>();
  let isOver = false;
  return {
    wait: (ms: number): Promise<void> =>
      new Promise((resolve) => {
        if (isOver) return resolve();
        const end = (): void => {
          clearTimeout(timer);
          ends.delete(end);
          resolve();
        };
        const timer = setTimeout(end, ms);
        timer.unref();
        ends.add(end);
      }),
    over: () => isOver,
    end(): void {
      isOver = true;
      for (const end of [...ends]) end();
    },
  };
};

type Trying = (mail: Mail) => Promise<'sent' | 'failed'>;

/** The error, where there was one. */
const errorOf = async (work: Promise<void>): Promise<{ readonly error: unknown } | undefined> => {
  try {
    await work;
    return undefined;
  } catch (error) {
    return { error };
  }
};

const createTrying =
  (mailer: Mailer, log: Log, pause: ReturnType<typeof createPause>): Trying =>
  async (mail) => {
    for (const ms of [...PAUSES_MS, undefined]) {
      const failed = await errorOf(mailer.send(mail));
      if (!failed) return 'sent';
      const said = { mail: mail.id, kind: mail.kind, error: failed.error };
      if (ms === undefined || isPermanent(failed.error) || pause.over()) {
        log.warn('a mail was given up', said);
        break;
      }
      log.info('a mail could not be sent, and is tried again', said);
      await pause.wait(ms);
    }
    return 'failed';
  };

export const createDirectMail = ({ mailer, log, onOutcome }: Parts): DirectMail => {
  const waiting: { readonly kind: string; readonly make: () => Promise<Mail | undefined> }[] = [];
  const underWay = new Set<Promise<void>>();
  const pause = createPause();
  const attempt: Trying = mailer ? createTrying(mailer, log, pause) : async () => 'failed';

  const made = async (make: () => Promise<Mail | undefined>): Promise<'sent' | 'failed' | undefined> => {
    try {
      const mail = await make();
      return mail && (await attempt(mail));
    } catch (error) {
      log.warn('a mail could not be made, and was given up', { error });
      return 'failed';
    }
  };

  const next = (): void => {
    const first = underWay.size < AT_ONCE ? waiting.shift() : undefined;
    if (!first) return;
    const work = made(first.make).then((outcome) => {
      if (outcome) onOutcome?.(first.kind, outcome);
      underWay.delete(work);
      next();
    });
    underWay.add(work);
  };

  return {
    isAvailable: mailer !== undefined,
    send(kind, make) {
      if (!mailer) return;
      if (waiting.length >= WAITING_MOST) {
        log.warn('a mail was given up: too many wait', { kind });
        onOutcome?.(kind, 'failed');
        return;
      }
      waiting.push({ kind, make });
      // Not in this turn: what the caller does next is not to depend on whether there was a mail.
      setImmediate(next);
    },
    async idle(hurry) {
      if (hurry) pause.end();
      // Those of this turn have begun after the next.
      await new Promise(setImmediate);
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
};
