import type { Words } from '../catalogue.ts';

export const limits: Words['limits'] = {
  keep: 'إبقائي مسجّل الدخول',
  keepHint: 'فقط على جهاز لا يستخدمه أحد غيرك.',
  fullHeading: 'لا مكان لتسجيل دخول آخر',
  fullLead:
    'يسمح {app} للشخص الواحد بعدد محدود من عمليات تسجيل الدخول، وقد بلغت هذا العدد. سجّل الخروج من جهاز لم تعد تحتاج إليه، ثم عد إلى هنا وحاول مرة أخرى.',
  seeDevices: 'عرض أماكن تسجيل دخولك',
  tryAgain: 'إعادة المحاولة',
};
