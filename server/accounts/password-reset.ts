/**
 * Owns how a forgotten password is replaced: by a link that is mailed to the account's own address, never around what the
 * account signs in with besides, and never as a sign-in.
 */
import type { FactorOutcome, FactorSignIn, Passkeys } from '../../interactions/port.ts';
import { defined } from '../defined.ts';
import { randomId } from '../digests.ts';
import type { EventType, NewEvent } from '../events.ts';
import type { DirectMail } from '../mail/direct-mail.ts';
import type { Mail } from '../mail/port.ts';
import type { LastOfflineToken } from '../offline-tokens.ts';
import type { Clock } from '../sessions/time.ts';
import { addressKey } from './address.ts';
import type { Factors } from './factors.ts';
import type { LinkFacts, Links } from './links.ts';
import { changedBy } from './password-desk.ts';
import type { PasswordKeeper } from './password-keeper.ts';
import type { Asker, PasswordReset, ResetOutcome, ResetPerson, ResetProof, WriteReset } from './password-port.ts';
import type { ResetTickets } from './reset-tickets.ts';
import { createSignInLimits, RESET_ASK_LIMITS, RESET_LINK_LIMITS, SIGN_IN_LIMITS } from './sign-in-limits.ts';
import type { Accounts, LimitStore, Person } from './store.ts';

export interface PasswordResetOptions {
  readonly keeper: PasswordKeeper;
  readonly accounts: Pick<Accounts, 'find' | 'findByLogin' | 'verifyPassword'>;
  readonly factors: Pick<Factors, 'enrolled'>;
  readonly tryFactor: FactorSignIn;
  readonly passkeys: Passkeys;
  readonly links: Links;
  readonly mail: Pick<DirectMail, 'send'>;
  readonly tickets: ResetTickets;
  readonly limits: LimitStore;
  readonly clock: Clock;
  readonly issuer: string;
  readonly minimumCharacters: number;
  /** Throws where no password can be hashed now. */
  requirePlace(): void;
  record(event: NewEvent): Promise<void>;
  epochOf(sub: string): Promise<number>;
  /** The account's own address; undefined where it has none. */
  addressOf(sub: string): Promise<string | undefined>;
  canonical(login: string): string;
  readonly lastOfflineToken: LastOfflineToken;
}

/** Where links lead, below the issuer. */
export const RESET_PATH = '/reset';

/** No account's: asked for its epoch, so that an unknown login reads as much as a known one. */
const NOBODY = 'nobody';

const GONE = { ok: false, why: 'gone' } as const;

const noteIn =
  ({ record, clock }: PasswordResetOptions) =>
  (type: EventType, { address, userAgent }: Asker, more: Partial<NewEvent> = {}): Promise<void> =>
    record({ type, at: clock.now(), address, userAgent, ...more });

/** Done once whoever asked has the answer: neither its words nor its time tell whether there is such an account. */
const createAsking = (options: PasswordResetOptions) => {
  const { accounts, links, mail, clock, issuer, canonical, epochOf, addressOf, limits: store } = options;
  const limits = createSignInLimits({ store, clock, rows: RESET_ASK_LIMITS });
  const note = noteIn(options);

  const mailFor = async (login: string, asker: Asker, write: WriteReset): Promise<Mail | undefined> => {
    const person = await accounts.findByLogin(login);
    const epoch = await epochOf(person?.sub ?? NOBODY);
    const to = await addressOf(person?.sub ?? NOBODY);
    await note('password_reset_asked', asker, { accountId: person?.sub });
    if (!person || to === undefined) return undefined;
    const [accountId, at, id] = [person.sub, clock.now(), randomId()];
    const token = await links.issue('reset_link', { accountId, epoch }, id);
    // The issuer's, whatever host the request named.
    const url = `${issuer}${RESET_PATH}/${token}`;
    return { id, kind: 'password_reset', accountId, at, to, ...write({ url, at, address: asker.address }) };
  };

  const ask: PasswordReset['ask'] = async (login, asker, write) => {
    const taken = await limits.take(canonical(login), asker.address);
    if (!taken.throttled) {
      mail.send('password_reset', () => mailFor(login, asker, write));
      return undefined;
    }
    const { by, retryAfterSeconds } = taken.throttled;
    const ofMany = { ...asker, address: addressKey(asker.address) };
    await note('sign_in_throttled', ofMany, { data: { by, at: 'forgotten_password' } });
    return { ok: false, why: 'throttled', retryAfterSeconds };
  };
  return ask;
};

type Opened = { readonly facts: LinkFacts; readonly person: Person };

/** Whoever guesses at links is counted by the address. */
const createOpening = (options: PasswordResetOptions) => {
  const { accounts, links, clock, epochOf, limits: store } = options;
  const limits = createSignInLimits({ store, clock, rows: RESET_LINK_LIMITS });

  const opened = async (token: string): Promise<Opened | undefined> => {
    const facts = await links.look('reset_link', token);
    if (!facts) return undefined;
    // A password that was changed since, or everything signed out: the link is of before.
    const isOfNow = (await epochOf(facts.accountId)) === facts.epoch;
    const person = isOfNow ? await accounts.find(facts.accountId) : undefined;
    return person && { facts, person };
  };

  return async <T>(token: string, { address }: Asker, then: (found: Opened) => Promise<T>) => {
    const taken = await limits.take('', address);
    if (taken.throttled) {
      const { retryAfterSeconds } = taken.throttled;
      return { ok: false, why: 'throttled', retryAfterSeconds } as const;
    }
    const found = await opened(token);
    if (!found) return GONE;
    await taken.voided();
    return then(found);
  };
};

/** Everything beside the password, where the account signs in with more: a mail stands in for none of it. */
const provingWays = async ({ factors }: PasswordResetOptions, sub: string): Promise<ResetPerson['ways']> => {
  const enrolled = await factors.enrolled(sub);
  if (!enrolled.has('totp') && !enrolled.has('passkey')) return [];
  return (['totp', 'passkey', 'recovery_code'] as const).filter((way) => enrolled.has(way));
};

const tryProof = async (
  { tryFactor, passkeys, tickets }: PasswordResetOptions,
  token: string,
  sub: string,
  proof: ResetProof & Asker,
): Promise<FactorOutcome> => {
  if (proof.kind !== 'passkey') return tryFactor({ ...proof, sub, at: 'reset' });
  const outcome = await passkeys.signIn({ ...proof, uid: tickets.visitOf(token), at: 'reset' });
  return outcome.ok && outcome.sub !== sub ? { ok: false, why: 'wrong' } : outcome;
};

const createChoosing = (options: PasswordResetOptions) => {
  const { keeper, accounts, links, clock, epochOf, addressOf, canonical, limits: store } = options;
  const limits = createSignInLimits({ store, clock, rows: SIGN_IN_LIMITS });

  /** Of any number of callers with one link, one gets here. */
  const set = async (sub: string, chosen: string, asker: Asker): Promise<ResetOutcome> => {
    const kept = await keeper.set(sub, chosen, undefined, { ...asker, data: { by: 'reset' } });
    if (kept === 'refused') return { ok: false, why: 'weak', problem: 'refused' };
    // Whoever could not remember the password has failed with it before.
    await limits.forgive(canonical((await addressOf(sub)) ?? sub), asker.address);
    return { ok: true, changed: changedBy(options.lastOfflineToken, kept) };
  };

  return async ({ facts, person }: Opened, token: string, chosen: string, asker: Asker): Promise<ResetOutcome> => {
    const { sub } = person;
    const problem = await keeper.problem(sub, chosen);
    if (problem) return { ok: false, why: 'weak', problem };
    options.requirePlace();
    if (person.mustChangePassword && (await accounts.verifyPassword(sub, chosen)))
      return { ok: false, why: 'weak', problem: 'same' };
    if (!(await links.use('reset_link', token))) return GONE;
    return (await epochOf(sub)) === facts.epoch ? set(sub, chosen, asker) : GONE;
  };
};

export const createPasswordReset = (options: PasswordResetOptions): PasswordReset => {
  const { passkeys, tickets, addressOf, minimumCharacters } = options;
  const opening = createOpening(options);
  const choosing = createChoosing(options);

  return {
    minimumCharacters,
    ask: createAsking(options),

    look: (token, asker, ticket = '') =>
      opening(token, asker, async ({ person: { sub } }) => {
        const ways = tickets.holds(ticket, token) ? [] : await provingWays(options, sub);
        const passkey = ways.includes('passkey') ? passkeys.options(tickets.visitOf(token)) : undefined;
        return { ok: true, ways, ...defined({ login: await addressOf(sub), passkey }) };
      }),

    prove: (token, proof, asker) =>
      opening(token, asker, async ({ person: { sub } }) => {
        const outcome = await tryProof(options, token, sub, { ...proof, ...asker });
        return outcome.ok ? { ok: true, ticket: tickets.make(token) } : outcome;
      }),

    choose: (token, { ticket, chosen }, asker) =>
      opening(token, asker, async (found) => {
        const isProven = tickets.holds(ticket, token) || (await provingWays(options, found.person.sub)).length === 0;
        return isProven ? choosing(found, token, chosen, asker) : { ok: false, why: 'unproven' };
      }),
  };
};
