/** Owns what an API's own tests import. Apart from the library, so that nothing of it reaches production. */
export type { Turn, TurningClock } from './clock.ts';
export type { DpopKey, ProofOf } from './dpop-key.ts';
export { startTestIssuer, type TestIssuer } from './issuer.ts';
export type { TokenRequest } from './tokens.ts';
