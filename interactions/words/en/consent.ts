/** What an app asks for, before it gets it. */
export const consent = {
  heading: 'Allow {app}?',
  lead: 'If you allow it, this app can:',
  leadNothing: 'It wants to sign you in. It asks for nothing else.',
  sensitive: 'Sensitive access',
  sensitiveLead:
    'You allow this for a short time only. Afterwards the app has to ask you again, and you will have to prove that it is you.',
  allow: 'Allow',
  /** Where a scope holds. */
  at: 'at {place}',
  /** OpenID Connect's own scopes (Core §5.4 and §11). */
  standard: {
    openid: 'Know which account is yours',
    profile: 'See your name and profile',
    email: 'See your email address',
    phone: 'See your phone number',
    address: 'See your postal address',
    offline_access: 'Stay signed in',
  },
  /** Of the account API. */
  account: { sessions: 'See where you are signed in, and sign those devices out' },
  /** `notes:read`: what is done to a thing, where the word is a common one. */
  verbs: {
    read: 'Read {thing}',
    write: 'Write {thing}',
    create: 'Create {thing}',
    update: 'Update {thing}',
    delete: 'Delete {thing}',
    manage: 'Manage {thing}',
  },
  /** Any other word, as the scope has it. */
  anyVerb: '{verb} {thing}',
} as const;
