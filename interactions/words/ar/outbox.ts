import type { Words } from '../catalogue.ts';

export const outbox: Words['outbox'] = {
  heading: 'الرسائل',
  lead: 'أثناء التطوير لا يرسلها أحد: تبقى آخرها هنا إلى أن يتوقف الخادم. اضبط CURFEW_SMTP_URL لإرسالها.',
  none: 'لا توجد رسائل بعد.',
  to: 'إلى',
};
