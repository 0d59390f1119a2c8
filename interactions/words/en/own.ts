/** What the pages of a person's own account are called where each leads to the others. */
export const own = {
  account: 'Your account',
  '/devices': 'Where you’re signed in',
  '/activity': 'Recent activity',
  '/password': 'Password',
  '/factors': 'How you sign in',
} as const;
