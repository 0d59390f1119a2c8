import type { Words } from '../catalogue.ts';

export const reasons: Words['reasons'] = {
  ended: {
    signed_out: 'سجّلت الخروج من داخل التطبيق.',
    signed_out_elsewhere: 'أنهيت الجلسة من جهاز آخر.',
    password_changed: 'تغيّرت كلمة المرور.',
    device_lost: 'أُبلغ عن فقدان الجهاز.',
    reuse: 'استُخدم مفتاح الجلسة مرتين: ربما نسخه شخص آخر.',
    code_replayed: 'استُخدم رمز تسجيل الدخول مرتين: ربما نسخه شخص آخر.',
    idle_timeout: 'لم تُستخدم الجلسة مدة طويلة.',
    absolute_timeout: 'انقضت أطول مدة مسموح بها لتسجيل الدخول.',
    admin: 'أنهى أحد المشرفين الجلسة.',
    account_disabled: 'أُغلق الحساب.',
    consent_withdrawn: 'سحبت إذن الوصول من التطبيق.',
    session_limit: 'زاد عدد الجلسات عمّا يسمح به التطبيق.',
    no_place: 'لم يبقَ لها مكان: لا يسمح التطبيق بجلسات أكثر.',
    replaced: 'سجّل التطبيق نفسه الدخول مرة أخرى على الجهاز نفسه.',
    client_removed: 'لم يعد التطبيق مسجّلًا هنا.',
  },
};
