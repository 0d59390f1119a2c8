/** Owns codes from an authenticator app (RFC 6238): one secret an app, each code good once, a clock off by one step. */
import { Secret, TOTP } from 'otpauth';
import encodeQr from 'qr';
import { type SealingKeys, seal, unseal } from '../seal.ts';
import type { Clock, Milliseconds } from '../sessions/time.ts';
import type { FactorRecord, FactorStore } from './factor-store.ts';
import type { Judge } from './factor-use.ts';

const PERIOD_SECONDS = 30;
/** SHA-1 and six digits: what every app reads; several ignore what a QR code says of other values. */
const PARAMETERS = { algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS } as const;
/** RFC 6238 §5.2: one step for the network, none for more. */
const DRIFT_STEPS = 1;
/** RFC 4226 §4: 160 bits. */
const SECRET_BYTES = 20;

export interface TotpState {
  readonly sealed: string;
  /** The step of the last code that was taken: it and all before are spent. */
  readonly lastStep: number;
}

const place = (id: string): string => `curfew/v1/totp.${id}`;

export const newTotpSecret = (): string => new Secret({ size: SECRET_BYTES }).base32;

/** What an app scans (Key URI Format). */
export const totpUri = (secret: string, service: string, login: string): string =>
  new TOTP({ ...PARAMETERS, issuer: service, label: login, secret: Secret.fromBase32(secret) }).toString();

/** The runs of dark modules in a row: where each begins, and how long it is. */
const runsOf = (row: readonly boolean[]): readonly (readonly [start: number, length: number])[] =>
  [
    ...row
      .map((dark) => (dark ? '#' : ' '))
      .join('')
      .matchAll(/#+/gu),
  ].map(({ index, 0: run }) => [index, run.length]);

/** SVG, its size left to the stylesheet. A run is one piece of the path: a fifth of what a piece for every module takes. */
export const qrCode = (text: string): string => {
  const rows = encodeQr(text, 'raw', { ecc: 'medium', border: 4 });
  const path = rows.flatMap((row, y) => runsOf(row).map(([x, length]) => `M${x} ${y}h${length}v1H${x}z`)).join('');
  return `<svg viewBox="0 0 ${rows.length} ${rows.length}" xmlns="http://www.w3.org/2000/svg"><path d="${path}"/></svg>`;
};

export const sealTotp = (secret: string, id: string, lastStep: number, [newest]: SealingKeys) => ({
  sealedUnder: newest.id,
  state: { sealed: seal(secret, place(id), newest), lastStep } satisfies TotpState,
});

const stateOfTotp = ({ state }: FactorRecord): TotpState => state as unknown as TotpState;

/** Throws where the secret that it was sealed under is no longer given. */
const openTotp = (record: FactorRecord, keys: SealingKeys): string => {
  const key = keys.find(({ id }) => id === record.sealedUnder);
  if (!key) throw new Error(`the authenticator app ${record.id} is sealed under a secret that is no longer given`);
  return unseal(stateOfTotp(record).sealed, place(record.id), key);
};

/** What is typed: digits, with the spaces that apps show between them. */
const cleanCode = (typed: string): string => typed.replace(/\s/gu, '');

/** The step that a code is of, near now and after `lastStep`; undefined where there is none. Pure. */
const totpStep = (secret: string, code: string, nowMs: Milliseconds, lastStep: number): number | undefined => {
  if (!/^\d{6}$/.test(code)) return undefined;
  const totp = new TOTP({ ...PARAMETERS, secret: Secret.fromBase32(secret) });
  const delta = totp.validate({ token: code, timestamp: nowMs, window: DRIFT_STEPS });
  if (delta === null) return undefined;
  const step = Math.floor(nowMs / 1000 / PERIOD_SECONDS) + delta;
  return step > lastStep ? step : undefined;
};

/** The step of the first code of an app, which shows that it works. */
export const totpStepOf = (secret: string, typed: string, clock: Clock): number | undefined =>
  totpStep(secret, cleanCode(typed), clock.nowMs(), 0);

/** The judge of a code that somebody typed. */
export const totpJudge =
  (typed: string, clock: Clock, keys: SealingKeys): Judge =>
  (record) => {
    const { lastStep } = stateOfTotp(record);
    const step = totpStep(openTotp(record, keys), cleanCode(typed), clock.nowMs(), lastStep);
    return step === undefined ? undefined : { ...record.state, lastStep: step };
  };

const RESEALED_AT_ONCE = 100;

/** Under the newest secret, so that the older ones can be taken away. */
export const sealTotpAnew = async (store: FactorStore, keys: SealingKeys): Promise<void> => {
  const [newest, ...older] = keys;
  for (const { id } of older) {
    for (;;) {
      const records = await store.sealedUnder(id, RESEALED_AT_ONCE);
      if (records.length === 0) break;
      for (const record of records) {
        const { lastStep } = stateOfTotp(record);
        await store.replace({ ...record, ...sealTotp(openTotp(record, keys), record.id, lastStep, [newest]) });
      }
    }
  }
};
