/** The page of development that shows the mails. */
export const outbox = {
  heading: 'Mails',
  lead: 'In development nobody sends them: the last ones lie here until the server stops. Set CURFEW_SMTP_URL to send them.',
  none: 'There was none yet.',
  to: 'To',
} as const;
