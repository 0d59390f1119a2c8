import type { Words } from '../catalogue.ts';

export const limits: Words['limits'] = {
  keep: 'إبقائي مسجّل الدخول',
  keepHint: 'فقط على جهاز لا يستخدمه أحد غيرك.',
};
