/** Owns the look into the box where a test's mails lie. */
import type { Mail } from '../../server/mail/port.ts';
import type { World } from './world.ts';

/** What was sent by now, newest first. */
export const mailsOf = async ({ server }: Pick<World, 'server'>): Promise<readonly Mail[]> => {
  await server.mail.look();
  return server.mail.shown?.list() ?? [];
};

/** The link of ours that a mail bears; '' where it bears none. */
export const linkIn = (mail: Pick<Mail, 'text'> | undefined): string =>
  /^https?:\/\/\S+\/[A-Za-z0-9_-]{43}$/m.exec(mail?.text ?? '')?.[0] ?? '';
