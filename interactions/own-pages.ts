/** Owns what a person sees of the own account: the factors, how one is set up, removed, and what follows. */

import type { PasskeySetup, TotpSetup } from '../server/accounts/enrolment.ts';
import type { FactorView } from '../server/accounts/factors.ts';
import { FACTORS_PATH } from '../server/own-client.ts';
import { badge } from './badge.ts';
import { displayText } from './display-text.ts';
import type { Visitor } from './port.ts';
import type { Renderer } from './render.ts';
import type { PageContext } from './security-headers.ts';

interface OwnPage {
  readonly visitor: Visitor;
  readonly csrf: string;
}

interface Problem {
  readonly status: number;
  readonly sentence: string;
}

/** Each sets status, headers and body. */
export interface OwnPageSet {
  list(ctx: PageContext, page: OwnPage & { readonly factors: readonly FactorView[]; readonly passkeys: boolean }): void;
  totp(ctx: PageContext, page: OwnPage & { readonly setup: TotpSetup; readonly problem?: Problem }): void;
  passkey(ctx: PageContext, page: OwnPage & { readonly setup: PasskeySetup; readonly problem?: Problem }): void;
  remove(ctx: PageContext, page: OwnPage & { readonly factor: FactorView }): void;
  /** After a change. `codes` are shown here, and never again. */
  done(ctx: PageContext, page: OwnPage & { readonly what: DoneWhat; readonly codes?: readonly string[] }): void;
}

export type DoneWhat = 'added' | 'removed' | 'renewed' | 'ended';

const KINDS = {
  totp: 'Authenticator app',
  passkey: 'Passkey',
  recovery_codes: 'Recovery codes',
} as const;

const DONE: Readonly<Record<DoneWhat, { readonly heading: string; readonly lead: string }>> = {
  added: { heading: 'It is set up', lead: 'From now on you can sign in with it.' },
  removed: { heading: 'It is removed', lead: 'Nobody can sign in with it any more.' },
  renewed: { heading: 'Your recovery codes', lead: 'The codes that you had before no longer work.' },
  ended: { heading: 'Signed out everywhere else', lead: 'Only this browser is still signed in.' },
};

const dayOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

const line = (factor: FactorView) => ({
  id: factor.id,
  kind: KINDS[factor.kind],
  name: displayText(factor.name, 50),
  added: dayOf(factor.createdAt),
  used: factor.lastUsedAt === undefined ? undefined : dayOf(factor.lastUsedAt),
  left: factor.codesLeft,
});

/** In groups of four, as it is typed. */
const grouped = (secret: string): string => secret.replace(/(.{4})(?=.)/gu, '$1 ');

export const createOwnPageSet = ({ prefix, answer }: Renderer): OwnPageSet => {
  const base = ({ visitor, csrf }: OwnPage) => ({
    csrf,
    at: `${prefix}${FACTORS_PATH}`,
    account: visitor.login === undefined ? undefined : badge(visitor.login),
  });
  return {
    list: (ctx, page) =>
      answer(ctx, 'factors', {
        ...base(page),
        passkeys: page.passkeys,
        ways: page.factors.filter(({ kind }) => kind !== 'recovery_codes').map(line),
        recovery: page.factors.filter(({ kind }) => kind === 'recovery_codes').map(line)[0],
      }),
    totp: (ctx, page) => {
      const { ticket, secret, uri, qr } = page.setup;
      const shown = { ticket, secret: grouped(secret), uri, qr, problem: page.problem?.sentence };
      answer(ctx, 'factor-totp', { ...base(page), ...shown }, { status: page.problem?.status ?? 200 });
    },
    passkey: (ctx, page) => {
      const { ticket, options } = page.setup;
      const shown = { ticket, options: JSON.stringify(options), problem: page.problem?.sentence };
      answer(ctx, 'factor-passkey', { ...base(page), ...shown }, { status: page.problem?.status ?? 200, script: true });
    },
    remove: (ctx, page) => answer(ctx, 'factor-remove', { ...base(page), factor: line(page.factor) }),
    done: (ctx, page) =>
      answer(ctx, 'factor-done', { ...base(page), ...DONE[page.what], what: page.what, codes: page.codes ?? [] }),
  };
};
