/** Owns what a person sees of the own account: the factors, how one is set up, removed, and what follows. */

import type { PasskeySetup, TotpSetup } from '../server/accounts/enrolment.ts';
import { UNNAMED } from '../server/accounts/factor-store.ts';
import type { FactorView } from '../server/accounts/factors.ts';
import { DEVICES_PATH, FACTORS_PATH } from '../server/own-client.ts';
import { displayText } from './display-text.ts';
import type { OwnFrame, OwnPage } from './own-frame.ts';
import type { Problem } from './problem.ts';
import type { PageData, Renderer } from './render.ts';
import type { PageContext } from './security-headers.ts';
import type { Speech } from './words/speech.ts';

/** Each sets status, headers and body. */
export interface OwnPageSet {
  list(ctx: PageContext, page: OwnPage & { readonly factors: readonly FactorView[]; readonly passkeys: boolean }): void;
  totp(ctx: PageContext, page: OwnPage & { readonly setup: TotpSetup; readonly problem?: Problem }): void;
  passkey(ctx: PageContext, page: OwnPage & { readonly setup: PasskeySetup; readonly problem?: Problem }): void;
  remove(ctx: PageContext, page: OwnPage & { readonly factor: FactorView }): void;
  /** After a change. `codes` are shown here, and never again. */
  done(ctx: PageContext, page: OwnPage & { readonly what: DoneWhat; readonly codes?: readonly string[] }): void;
}

export type DoneWhat = 'added' | 'removed' | 'renewed';

/** A factor that nobody named is called what it is, in the reader's language. */
const nameOf = ({ kind, name }: FactorView, { words }: Speech): string =>
  name === UNNAMED[kind] ? words.factors.kinds[kind] : displayText(name, 50);

/** When it was added and last used, and what it is where its name does not say so. */
const historyOf = (factor: FactorView, speech: Speech): string => {
  const { kind, createdAt, lastUsedAt } = factor;
  const { kinds, added, addedAndUsed, ofKind } = speech.words.factors;
  const date = speech.date(createdAt);
  const rest =
    lastUsedAt === undefined
      ? speech.say(added, { date })
      : speech.say(addedAndUsed, { date, used: speech.date(lastUsedAt) });
  return nameOf(factor, speech) === kinds[kind] ? rest : speech.say(ofKind, { kind: kinds[kind], rest });
};

const line = (factor: FactorView, speech: Speech) => ({
  id: factor.id,
  name: nameOf(factor, speech),
  history: historyOf(factor, speech),
});

const recoveryLeft = (factors: readonly FactorView[], { words, count }: Speech): string | undefined => {
  const codes = factors.find(({ kind }) => kind === 'recovery_codes');
  return codes && count(words.factors.recoveryLeft, codes.codesLeft ?? 0);
};

/** In groups of four, as it is typed. */
const grouped = (secret: string): string => secret.replace(/(.{4})(?=.)/gu, '$1 ');

export const createOwnPageSet = ({ answer, prefix }: Renderer, frame: OwnFrame): OwnPageSet => {
  const base = (page: OwnPage): object => frame.around(FACTORS_PATH, page);
  return {
    list: (ctx, page) =>
      answer(ctx, 'factors', (speech) => ({
        ...base(page),
        passkeys: page.passkeys,
        ways: page.factors.filter(({ kind }) => kind !== 'recovery_codes').map((factor) => line(factor, speech)),
        left: recoveryLeft(page.factors, speech),
      })),
    totp: (ctx, { problem, ...page }) => {
      const { ticket, secret, uri, qr } = page.setup;
      const shown = { ...base(page), ticket, secret: grouped(secret), uri, qr };
      const data: PageData = (speech) => ({ ...shown, problem: problem?.sentence(speech) });
      answer(ctx, 'factor-totp', data, { status: problem?.status ?? 200 });
    },
    passkey: (ctx, { problem, ...page }) => {
      const { ticket, options } = page.setup;
      const shown = { ...base(page), ticket, options: JSON.stringify(options) };
      const data: PageData = (speech) => ({ ...shown, problem: problem?.sentence(speech) });
      answer(ctx, 'factor-passkey', data, { status: problem?.status ?? 200, script: true });
    },
    remove: (ctx, page) =>
      answer(ctx, 'factor-remove', (speech) => ({ ...base(page), factor: line(page.factor, speech) })),
    done: (ctx, page) =>
      answer(ctx, 'factor-done', ({ words }) => ({
        ...base(page),
        ...words.factors.done[page.what],
        what: page.what,
        devices: `${prefix}${DEVICES_PATH}`,
        codes: page.codes ?? [],
      })),
  };
};
