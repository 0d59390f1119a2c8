/** The pages that one passes: going on, out of reach, signing out. */
export const passing = {
  continueHeading: 'Continue to {app}?',
  continueLead:
    'You are signed in already, so no password is needed. Go on only if you have just opened this app yourself.',
  continue: 'Continue',
  unmetHeading: 'One more step to set up',
  unmetLead: '{app} asks for a way to sign in that your account does not have yet.',
  unmetAdvice:
    'You can add one now: a passkey, or an authenticator app. Then go back to the app, and try again from there.',
  setUp: 'Set it up',
  signOutHeading: 'Sign out?',
  signOutAsked: '{app} asks to sign you out.',
  signOutLead: 'This ends your session in this browser, and in every app that you signed in to from it.',
  signOut: 'Sign out',
  stay: 'Stay signed in',
  signedOutHeading: 'You are signed out',
  signedOutLead: 'You can close this page.',
  signedOutBack: 'You can close this page, or go back to {app}.',
} as const;
