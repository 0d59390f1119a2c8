/** Why a sign-in ended, for the person whose it was: one for each reason that there is. */
export const reasons = {
  ended: {
    signed_out: 'You signed out in the app.',
    signed_out_elsewhere: 'You signed it out from another device.',
    password_changed: 'The password was changed.',
    device_lost: 'The device was reported lost.',
    reuse: 'Its key was used twice: somebody may have copied it.',
    code_replayed: 'Its sign-in code was used twice: somebody may have copied it.',
    idle_timeout: 'It was not used for a long time.',
    absolute_timeout: 'The longest time that a sign-in lasts was over.',
    admin: 'An administrator ended it.',
    account_disabled: 'The account was closed.',
    consent_withdrawn: 'You took the app’s access away.',
    session_limit: 'There were more sign-ins than the app allows.',
    no_place: 'There was no place left for it: the app allows no more sign-ins.',
    replaced: 'The same app signed in again on the same device.',
    client_removed: 'The app is no longer registered here.',
  },
} as const;
