import type { Words } from '../catalogue.ts';

export const own: Words['own'] = {
  account: 'حسابك',
  '/devices': 'أماكن تسجيل دخولك',
  '/activity': 'النشاط الأخير',
  '/password': 'كلمة المرور',
  '/factors': 'طرق تسجيل دخولك',
};
