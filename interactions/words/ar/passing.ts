import type { Words } from '../catalogue.ts';

export const passing: Words['passing'] = {
  continueHeading: 'المتابعة إلى {app}؟',
  continueLead: 'أنت مسجَّل الدخول بالفعل، فلا حاجة إلى كلمة مرور. تابع فقط إذا كنت قد فتحت هذا التطبيق بنفسك للتو.',
  continue: 'متابعة',
  unmetHeading: 'بقيت خطوة واحدة للإعداد',
  unmetLead: 'يطلب {app} طريقة لتسجيل الدخول ليست متوفرة في حسابك بعد.',
  unmetAdvice: 'يمكنك إضافة واحدة الآن: مفتاح مرور أو تطبيق مصادقة. ثم ارجع إلى التطبيق وحاول من هناك مرة أخرى.',
  setUp: 'الإعداد الآن',
  signOutHeading: 'تسجيل الخروج؟',
  signOutAsked: 'يطلب {app} تسجيل خروجك.',
  signOutLead: 'ستنتهي جلستك في هذا المتصفح، وفي كل تطبيق سجّلت الدخول إليه من خلاله.',
  signOut: 'تسجيل الخروج',
  stay: 'البقاء مسجَّل الدخول',
  signedOutHeading: 'تم تسجيل خروجك',
  signedOutLead: 'يمكنك إغلاق هذه الصفحة.',
  signedOutBack: 'يمكنك إغلاق هذه الصفحة، أو العودة إلى {app}.',
};
