/** How long a browser stays signed in, and how many sign-ins an app allows. */
export const limits = {
  keep: 'Keep me signed in',
  keepHint: 'Only on a device that nobody else uses.',
  fullHeading: 'No place left for another sign-in',
  fullLead:
    '{app} allows only so many sign-ins of one person, and you have that many. Sign out where you no longer need it, then come back here and try again.',
  seeDevices: 'See where you’re signed in',
  tryAgain: 'Try again',
} as const;
