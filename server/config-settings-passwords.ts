/** Owns the settings of which passwords may be chosen: rows of the table in config-settings.ts. */
import { PASSWORD_LENGTH } from './accounts/password-rules.ts';
import { whole } from './config-types.ts';

export const PASSWORD_SETTINGS = {
  passwordMinimumCharacters: {
    name: 'CURFEW_PASSWORD_MINIMUM_CHARACTERS',
    type: whole(PASSWORD_LENGTH.minimumCodePoints, 64).optional(),
    default: PASSWORD_LENGTH.minimumCodePoints,
    read: (value: string) => (/^\d+$/.test(value) ? Number(value) : value),
    unit: 'characters',
    doc: 'How long a password has to be that is chosen from now on. NIST SP 800-63B-4 asks for 15 where people have nothing beside it.',
  },
} as const;
