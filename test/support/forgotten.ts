/** Owns what somebody does who has forgotten the password: asks for a link, opens it, and chooses another. */
import { pageOf } from './authorization.ts';
import type { Browser, Page } from './browser.ts';
import { linkIn, mailsOf } from './mails.ts';
import { NEW_PASSWORD, twice } from './passwords.ts';
import type { World } from './world.ts';

export const forgottenIn = (worldNow: () => World) => {
  const newBrowser = (): Browser => worldNow().browser();

  /** What a try to ask is answered with. */
  const askFor = async (email: string, browser = newBrowser(), headers: Record<string, string> = {}): Promise<Page> => {
    const page = pageOf(await browser.go(`${worldNow().issuer}/forgotten`));
    return pageOf(await browser.submit(page, '/forgotten', { login: email }, headers));
  };

  /** The link that was mailed to whom. In a window of its own: the tries of one test are not those of the next. */
  const linkFor = async (email: string): Promise<string> => {
    worldNow().clock.advance({ hours: 1 });
    await askFor(email);
    const [mail] = await mailsOf(worldNow());
    if (mail?.to !== email || mail.kind !== 'password_reset') throw new Error(`no mail to ${email}: ${mail?.subject}`);
    return linkIn(mail);
  };

  const open = async (url: string, browser = newBrowser()) => ({ browser, page: pageOf(await browser.go(url)) });

  const choose = async (url: string, chosen = NEW_PASSWORD): Promise<Page> => {
    const { browser, page } = await open(url);
    return pageOf(await browser.submit(page, '/reset/', twice(chosen)));
  };

  return { askFor, linkFor, open, choose };
};
