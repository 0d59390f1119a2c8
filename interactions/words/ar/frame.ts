import type { Words } from '../catalogue.ts';

export const frame: Words['frame'] = {
  at: 'أنت الآن في {host}',
  error: 'خطأ: {heading}',
  signedInAs: 'مسجَّل الدخول باسم',
  yourAccount: 'حسابك',
  ownPages: 'حسابك',
  backTo: 'العودة إلى {app}',
  tryAgain: 'إعادة المحاولة',
  cancel: 'إلغاء',
  notYou: 'لست أنت؟ إلغاء',
  needsScript: 'تحتاج مفاتيح المرور إلى JavaScript، وهي معطّلة في هذا المتصفح.',
};
