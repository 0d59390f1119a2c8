/** Owns what a call may demand of a token that is valid: scopes, a level of sign-in, and how fresh it is (RFC 9470). */
import type { Access } from './access.ts';
import { Refusal } from './refusal.ts';

export interface Weighing {
  /** Seconds since 1970. */
  readonly now: number;
  /** Levels, lowest first. */
  readonly acrOrder: readonly string[];
}

/** What is missing, as the members of a challenge; undefined where nothing is. */
export interface Missing {
  readonly scope?: string;
  readonly acr_values?: string;
  readonly max_age?: number;
}

/** Made by `requireScope`, `requireAcr` and `requireFresh`. */
export interface Requirement {
  missing(access: Access, weighing: Weighing): Missing | undefined;
}

/** Every one of the scopes. Missing: 403 `insufficient_scope`. */
export const requireScope = (...scopes: readonly string[]): Requirement => {
  if (scopes.length === 0 || scopes.some((scope) => !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope))) {
    throw new TypeError(`requireScope takes scopes, one an argument: got ${JSON.stringify(scopes)}`);
  }
  return {
    missing: (access) => (scopes.every((scope) => access.scopes.has(scope)) ? undefined : { scope: scopes.join(' ') }),
  };
};

/** A level outside the order stands for itself alone. */
const reaches = (acr: string, wanted: string, order: readonly string[]): boolean =>
  acr === wanted || (order.includes(wanted) && order.indexOf(acr) > order.indexOf(wanted));

/** A sign-in of one of these levels, or above it. Missing: 401 `insufficient_user_authentication`. */
export const requireAcr = (...levels: readonly string[]): Requirement => {
  if (levels.length === 0 || levels.some((level) => !level)) throw new TypeError('requireAcr takes at least one level');
  return {
    missing: ({ acr }, { acrOrder }) =>
      acr !== undefined && levels.some((level) => reaches(acr, level, acrOrder))
        ? undefined
        : { acr_values: levels.join(' ') },
  };
};

/** A sign-in at most so many seconds ago. Missing: 401 `insufficient_user_authentication`. */
export const requireFresh = (maxAgeSeconds: number): Requirement => {
  if (!Number.isInteger(maxAgeSeconds) || maxAgeSeconds < 0) {
    throw new TypeError(`requireFresh takes whole seconds, 0 or more: got ${maxAgeSeconds}`);
  }
  return {
    missing: ({ authTime }, { now }) =>
      authTime !== undefined && now - authTime <= maxAgeSeconds ? undefined : { max_age: maxAgeSeconds },
  };
};

/** All that is missing in one answer, so that an app needs one round to mend it. */
export const checkRequirements = (access: Access, requirements: readonly Requirement[], weighing: Weighing): void => {
  const missing = requirements.map((one) => one.missing(access, weighing)).filter((one) => one !== undefined);
  if (missing.length === 0) return;
  const listed = (name: 'scope' | 'acr_values') => missing.map((one) => one[name]).filter((one) => one !== undefined);
  const ages = missing.map(({ max_age: age }) => age).filter((age) => age !== undefined);
  const [scopes, levels] = [listed('scope'), listed('acr_values')];
  const members = {
    ...(levels.length > 0 ? { acr_values: levels.join(' ') } : {}),
    ...(ages.length > 0 ? { max_age: Math.min(...ages) } : {}),
    ...(scopes.length > 0 ? { scope: [...new Set(scopes.join(' ').split(' '))].join(' ') } : {}),
  };
  // First the sign-in, then the scope: who signs in anew asks for both at once.
  const isStepUp = levels.length + ages.length > 0;
  throw new Refusal(isStepUp ? 'insufficient_user_authentication' : 'insufficient_scope', { members });
};
