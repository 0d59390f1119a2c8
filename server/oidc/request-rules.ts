/** Owns what an authorization request may say, beyond what the protocol library checks: how much, and how an app names its device. */
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { errors } from './library.ts';

const DEVICE_TEXT_MOST = 100;

/** What hides or reorders the text around it. The joiners stay: Persian names and emoji need them. So does what is newer than this Unicode. */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|(?![\u200C\u200D])\p{Cf}/u;

/** What an app says of its device is shown to people: short, and free of control characters. */
const deviceText = (value: unknown, name: string): void => {
  if (value === undefined) return;
  if (typeof value !== 'string' || value.length > DEVICE_TEXT_MOST || UNSEEN.test(value)) {
    throw new errors.InvalidRequest(
      `${name} must be at most ${DEVICE_TEXT_MOST} characters, without control characters`,
    );
  }
};

/** All that an honest app asks is a tenth of it. It is kept with the session and its tokens, and walked through as deep as it goes. */
const CLAIMS_MOST = 4096;

const claimsRequest = (value: unknown): void => {
  if (typeof value === 'string' && value.length > CLAIMS_MOST)
    throw new errors.InvalidRequest(`claims must be at most ${CLAIMS_MOST} characters`);
};

/** It comes back in every ID token, and is kept with the session. */
const NONCE_MOST = 512;

const nonceText = (value: unknown): void => {
  if (typeof value === 'string' && value.length > NONCE_MOST)
    throw new errors.InvalidRequest(`nonce must be at most ${NONCE_MOST} characters`);
};

const RULES: Readonly<Record<string, (value: unknown, name: string) => void>> = {
  device_name: deviceText,
  device_model: deviceText,
  device_id: deviceText,
  claims: claimsRequest,
  nonce: nonceText,
};

/** The library asks these of every request, pushed or not, before it does anything with it. */
export const requestRules: NonNullable<Configuration['extraParams']> = Object.fromEntries(
  Object.entries(RULES).map(([name, rule]) => [
    name,
    (_ctx: KoaContextWithOIDC, value: string | undefined) => rule(value, name),
  ]),
);
