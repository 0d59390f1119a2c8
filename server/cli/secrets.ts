/** Owns the verb `curfew secret rotate`: a new master secret, and how to bring it in so that nobody is signed out. */
import { randomBytes } from 'node:crypto';
import type { Answer } from './answer.ts';

const BYTES = 48;

/** Nothing is changed, and the secret is kept nowhere: it goes where the others are kept. */
export const rotateSecret = (): Answer => {
  const secret = randomBytes(BYTES).toString('base64url');
  const steps = [
    'Put it first in CURFEW_SECRETS, before a comma and the secrets that are there.',
    'Where several nodes run: first put it last on every node, so that all accept it, then first.',
    'Restart the server. New tokens, cookies and seals use it; those under the older secrets are still accepted.',
    'Ask curfew config check now and then: it says when an older secret can go, and how many sign-ins would go with it.',
    'If an older secret has leaked, do not wait: take it away, and run curfew key rotate --lead 60. Whoever has not refreshed since signs in again.',
  ];
  return {
    json: { secret, steps },
    lines: ['A new secret:', '', `  ${secret}`, '', ...steps.map((step, index) => `${index + 1}. ${step}`)],
  };
};
