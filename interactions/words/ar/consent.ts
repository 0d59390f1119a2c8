import type { Words } from '../catalogue.ts';

export const consent: Words['consent'] = {
  heading: 'السماح لـ {app}؟',
  lead: 'إذا سمحت بذلك، يمكن لهذا التطبيق:',
  leadNothing: 'يريد تسجيل دخولك، ولا يطلب شيئًا آخر.',
  sensitive: 'وصول حساس',
  sensitiveLead: 'تسمح بهذا لوقت قصير فقط. بعد ذلك يجب على التطبيق أن يسألك من جديد، وسيكون عليك إثبات هويتك.',
  allow: 'السماح',
  at: 'لدى {place}',
  standard: {
    openid: 'معرفة أي حساب هو حسابك',
    profile: 'الاطلاع على اسمك وملفك الشخصي',
    email: 'الاطلاع على بريدك الإلكتروني',
    phone: 'الاطلاع على رقم هاتفك',
    address: 'الاطلاع على عنوانك البريدي',
    offline_access: 'البقاء مسجَّل الدخول',
  },
  account: { sessions: 'الاطلاع على أماكن تسجيل دخولك، وتسجيل خروج تلك الأجهزة' },
  verbs: {
    read: 'قراءة {thing}',
    write: 'كتابة {thing}',
    create: 'إنشاء {thing}',
    update: 'تعديل {thing}',
    delete: 'حذف {thing}',
    manage: 'إدارة {thing}',
  },
  anyVerb: '{thing}: {verb}',
};
