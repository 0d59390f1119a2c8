/** The password page, and what is said of a try. */
export const signIn = {
  heading: 'Sign in',
  lead: 'to continue to {app}',
  confirmHeading: 'Confirm it’s you',
  confirmLead: '{app} asks you to sign in once more before it goes on.',
  email: 'Email',
  password: 'Password',
  submit: 'Sign in',
  withPasskey: 'Sign in with a passkey',
  passkeyUnused: 'The passkey was not used. Try again, or use another way.',
  empty: 'Enter your email and your password.',
  wrong: 'That email and password do not match. Check both, then try again.',
  another: 'That is another account. Sign in with the one shown here, or cancel.',
  tooMany: 'That was one try too many. Wait {wait}, then try again.',
  /** Why a person is asked once more. */
  needsConfirmation: '{action} needs confirmation.',
  quotedScope: '“{scope}”',
  ownPages: 'Seeing and changing how you sign in needs confirmation.',
  secondStep: 'This account signs in with a second step.',
} as const;
