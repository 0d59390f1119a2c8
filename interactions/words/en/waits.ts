/** How long to wait, rounded up to what a person plans by. */
export const waits = {
  soon: 'a few seconds',
  minutes: { one: 'a minute', other: '{count} minutes' },
  hours: { one: 'an hour', other: '{count} hours' },
} as const;
