/** Owns freshness: what a sensitive scope demands of an authentication, and for how long that lasts. All pure. */
import type { Seconds } from './time.ts';

/** `acr` values, lowest first: a password; two factors; phishing-resistant. */
export const ACR_VALUES = ['pwd', 'mfa', 'phr'] as const;

export type Acr = (typeof ACR_VALUES)[number];

export interface Demand {
  readonly acr: Acr;
  readonly maxAgeSeconds: Seconds;
}

/** A dated event, and whether it was for the app that asks: freshness earned for one app never counts for another. */
export interface Authentication {
  readonly acr?: string | undefined;
  readonly authTime?: Seconds | undefined;
  readonly here: boolean;
}

/** What changes an account's own security wants the person within five minutes; `acr` rises with the account's factors. */
export const FRESH: Demand = { acr: 'pwd', maxAgeSeconds: 300 };

/** Whether one `acr` is at least another. An unknown one is below all. */
export const atLeast = (acr: string | undefined, wanted: Acr): boolean =>
  (ACR_VALUES as readonly string[]).indexOf(acr ?? '') >= ACR_VALUES.indexOf(wanted);

/** What is missing for a demand, or nothing. */
export const missingFor = (demand: Demand, event: Authentication, now: Seconds): 'acr' | 'freshness' | undefined => {
  if (!event.here || event.authTime === undefined || now >= event.authTime + demand.maxAgeSeconds) return 'freshness';
  return atLeast(event.acr, demand.acr) ? undefined : 'acr';
};

/** When an access token that carries these demands ends at the latest. */
export const freshUntil = (demands: readonly Demand[], authTime: Seconds): Seconds =>
  Math.min(...demands.map(({ maxAgeSeconds }) => authTime + maxAgeSeconds));
