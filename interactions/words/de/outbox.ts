import type { Words } from '../catalogue.ts';

export const outbox: Words['outbox'] = {
  heading: 'E-Mails',
  lead: 'In der Entwicklung sendet sie niemand: Die letzten liegen hier, bis der Server endet. Mit CURFEW_SMTP_URL werden sie gesendet.',
  none: 'Es gab noch keine.',
  to: 'An',
};
