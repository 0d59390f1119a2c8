/**
 * Owns how a factor is set up: what the person is shown is sealed into the form, so that nothing is kept of a setup that
 * is never finished; and only a code, or a key, that works makes it a factor. It signs nobody in.
 */
import { randomId, randomSecret } from '../digests.ts';
import { givenName } from '../given-name.ts';
import { type SealingKeys, seal, unseal } from '../seal.ts';
import type { EndContext } from '../sessions/revocation.ts';
import type { Clock } from '../sessions/time.ts';
import { UNNAMED } from './factor-store.ts';
import type { Factors } from './factors.ts';
import { creationOptions, relyingPartyOf, verifiedRegistration } from './passkeys.ts';
import { newTotpSecret, qrCode, sealTotp, totpStepOf, totpUri } from './totp.ts';

/** What the page shows. */
export interface TotpSetup {
  /** Goes back with the form. */
  readonly ticket: string;
  /** Base32, as it is typed into an app. */
  readonly secret: string;
  /** What the QR code says. */
  readonly uri: string;
  /** SVG. */
  readonly qr: string;
}

export type Confirmed = 'added' | 'wrong' | 'expired';

export interface Enrolment {
  beginTotp(sub: string, login: string): TotpSetup;
  /** The same again, for another try; undefined where it took too long, or is not this person's. */
  reopenTotp(sub: string, login: string, ticket: string): TotpSetup | undefined;
  confirmTotp(
    sub: string,
    given: { readonly ticket: string; readonly code: string; readonly name: string },
    context?: EndContext,
  ): Promise<Confirmed>;
  /** Browsers make no passkeys for a server that is reached by its address, or in clear. */
  readonly hasPasskeys: boolean;
  /** Undefined where there are none. */
  beginPasskey(sub: string, login: string): Promise<PasskeySetup | undefined>;
  /** `deviceId`: of the browser that it was made in. */
  confirmPasskey(
    sub: string,
    given: {
      readonly ticket: string;
      readonly credential: string;
      readonly name: string;
      readonly deviceId?: string | undefined;
    },
    context?: EndContext,
  ): Promise<Confirmed>;
}

export interface PasskeySetup {
  /** Goes back with the form. */
  readonly ticket: string;
  /** What the browser is asked (PublicKeyCredentialCreationOptionsJSON). */
  readonly options: object;
}

export interface EnrolmentOptions {
  readonly factors: Factors;
  readonly keys: SealingKeys;
  readonly clock: Clock;
  readonly issuer: string;
}

const SETUP_SECONDS = 30 * 60;
/** `secret` is the app's key, or what the new passkey has to sign. */
interface Ticket {
  readonly id: string;
  readonly kind: 'totp' | 'passkey';
  readonly secret: string;
  readonly expiresAt: number;
}

const createTickets = ({ keys, clock }: EnrolmentOptions) => {
  const place = (sub: string): string => `curfew/v1/enrolment.${sub}`;
  const unsealed = (sub: string, sealed: string): Ticket | undefined => {
    for (const key of keys) {
      try {
        return JSON.parse(unseal(sealed, place(sub), key)) as Ticket;
      } catch {
        // Sealed under another secret, for somebody else, or by nobody.
      }
    }
    return undefined;
  };
  return {
    make: (sub: string, kind: Ticket['kind'], secret: string): string => {
      const ticket: Ticket = { id: randomId(), kind, secret, expiresAt: clock.now() + SETUP_SECONDS };
      return seal(JSON.stringify(ticket), place(sub), keys[0]);
    },
    open: (sub: string, kind: Ticket['kind'], sealed: string): Ticket | undefined => {
      const ticket = unsealed(sub, sealed);
      return ticket?.kind === kind && clock.now() < ticket.expiresAt ? ticket : undefined;
    },
  };
};

type Tickets = ReturnType<typeof createTickets>;

const totpSetup = (options: EnrolmentOptions, tickets: Tickets) => {
  const { factors, keys, clock, issuer } = options;
  const service = new URL(issuer).hostname;
  const shown = (login: string, ticket: string, secret: string): TotpSetup => {
    const uri = totpUri(secret, service, login);
    return { ticket, secret, uri, qr: qrCode(uri) };
  };
  return {
    beginTotp(sub, login) {
      const secret = newTotpSecret();
      return shown(login, tickets.make(sub, 'totp', secret), secret);
    },
    reopenTotp(sub, login, ticket) {
      const opened = tickets.open(sub, 'totp', ticket);
      return opened && shown(login, ticket, opened.secret);
    },
    async confirmTotp(sub, { ticket, code, name }, context) {
      const opened = tickets.open(sub, 'totp', ticket);
      if (!opened) return 'expired';
      const step = totpStepOf(opened.secret, code, clock);
      if (step === undefined) return 'wrong';
      const { id, secret } = opened;
      const sealed = sealTotp(secret, id, step, keys);
      const factor = {
        id,
        kind: 'totp',
        key: `totp ${id}`,
        name: givenName(name) ?? UNNAMED.totp,
        ...sealed,
      } as const;
      return (await factors.add(sub, factor, context)) ? 'added' : 'expired';
    },
  } satisfies Partial<Enrolment>;
};

const passkeySetup = ({ factors, issuer }: EnrolmentOptions, tickets: Tickets) => {
  const rp = relyingPartyOf(issuer);
  return {
    hasPasskeys: rp !== undefined,
    async beginPasskey(sub, login) {
      if (!rp) return undefined;
      const challenge = randomSecret();
      const options = await creationOptions(rp, challenge, { sub, login, known: await factors.credentialIds(sub) });
      return { ticket: tickets.make(sub, 'passkey', challenge), options };
    },
    async confirmPasskey(sub, { ticket, credential, name, deviceId }, context) {
      const opened = tickets.open(sub, 'passkey', ticket);
      if (!rp || !opened) return 'expired';
      const verified = await verifiedRegistration(rp, opened.secret, credential);
      if (!verified) return 'wrong';
      const state = { ...verified.state, ...(deviceId !== undefined && { deviceId }) };
      const factor = {
        ...verified,
        id: opened.id,
        kind: 'passkey',
        name: givenName(name) ?? UNNAMED.passkey,
        state,
      } as const;
      return (await factors.add(sub, factor, context)) ? 'added' : 'wrong';
    },
  } satisfies Partial<Enrolment>;
};

export const createEnrolment = (options: EnrolmentOptions): Enrolment => {
  const tickets = createTickets(options);
  return { ...totpSetup(options, tickets), ...passkeySetup(options, tickets) };
};
