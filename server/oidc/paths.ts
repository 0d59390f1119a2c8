/** Owns where the hosted pages are, below the issuer. */
import type { OidcParts } from './parts.ts';

/** Where a person is asked. */
export const interactionPath = ({ config }: Pick<OidcParts, 'config'>, uid: string): string =>
  `${new URL(config.issuer).pathname.replace(/\/$/, '')}/interaction/${uid}`;
