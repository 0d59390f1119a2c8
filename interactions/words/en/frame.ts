/** What stands around every page, and on several of them. */
export const frame = {
  at: 'You are at {host}',
  error: 'Error: {heading}',
  signedInAs: 'Signed in as',
  yourAccount: 'Your account',
  ownPages: 'Your account',
  backTo: 'Back to {app}',
  tryAgain: 'Try again',
  cancel: 'Cancel',
  notYou: 'Not you? Cancel',
  needsScript: 'Passkeys need JavaScript, which is off in this browser.',
} as const;
