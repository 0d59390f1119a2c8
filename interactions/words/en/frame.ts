/** What stands around every page. */
export const frame = {
  at: 'You are at {host}',
} as const;
