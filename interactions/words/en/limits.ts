/** How long a browser stays signed in. */
export const limits = {
  keep: 'Keep me signed in',
  keepHint: 'Only on a device that nobody else uses.',
} as const;
