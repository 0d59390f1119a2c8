/** What an error page says, by the error's code: what it is called, what happened, and what to do now. */
export const errors = {
  pages: {
    unavailable: {
      title: 'Not available right now',
      sentence: 'The server cannot answer right now. Nothing was changed; try again shortly.',
      advice: 'If it lasts, go back to the app and try again later.',
    },
    throttled: {
      title: 'Too many tries',
      sentence: 'Too many tries. Wait a little, then try again.',
      advice: 'Your account is safe. This pause keeps others from guessing.',
    },
    not_found: {
      title: 'Nothing here',
      sentence: 'There is nothing here under this name.',
      advice: 'Go back to the app and start again from there.',
    },
    bad_request: {
      title: 'That did not work',
      sentence: 'The request is not one that this address takes.',
      advice: 'Go back to the app and start again from there.',
    },
    too_many: {
      title: 'As many as there may be',
      sentence: 'There are as many of these as there may be. Remove one first.',
      advice: 'Nothing was changed.',
    },
    forbidden_origin: {
      title: 'This form was not ours',
      sentence: 'This form was sent from another site, so it was not acted on.',
      advice: 'Nothing was changed. Go back to the app and start again from there.',
    },
    not_confirmed: {
      title: 'Not confirmed',
      sentence: 'This page shows only after you have confirmed that it is you. Nothing was changed.',
      advice: 'You can close this page, or try again.',
    },
    interaction_expired: {
      title: 'Please start again',
      sentence: 'This sign-in took too long, or was begun in another browser. Start again from the app.',
      advice: 'You can close this page and open the app.',
    },
  },
  /** Of every other code: what the protocol refuses is mostly an app's mistake, which the person cannot mend. */
  anyOther: {
    title: 'Something is wrong with this request',
    sentence: 'The app sent a request that this server cannot answer.',
    advice: 'Go back to the app and start again from there. If it happens again, tell the people who make it.',
  },
  reference: 'Reference',
  code: 'Code',
  developer: 'For the app’s developer',
} as const;
