/** Owns the rows of the pages that mails lead to. */
import { pageOf } from '../support/authorization.ts';
import { linkIn, mailsOf } from '../support/mails.ts';
import { after, type Come, type Rows } from './comer.ts';

/** The link of the mail that tells of a new device. */
const notMe: Come = async ({ world, browser }) => {
  const person = await world.person();
  await world.signedIn('phone', { person, device_name: 'Strange phone' });
  const old = await world.signedIn('relaxed', { person, device_name: 'Strange phone' });
  const token = old.refreshToken;
  await old.refresh();
  await old.refresh();
  world.clock.advance({ minutes: 10 });
  await old.refreshWith(token);
  const [mail] = await mailsOf(world);
  return pageOf(await browser.go(linkIn(mail)));
};

const overLink: Come = async (comer) => {
  const page = await notMe(comer);
  await comer.browser.submit(page, '/not-me/', { said: 'not_me' });
  return pageOf(await comer.browser.go(page.url));
};

export const MAIL_PAGES: Rows = {
  'not me': notMe,
  'not me, done': after(notMe, '/not-me/', { said: 'not_me' }),
  'not me, lost': after(notMe, '/not-me/', { said: 'lost' }),
  'not me, over': overLink,
  outbox: async (comer) => {
    await notMe(comer);
    return pageOf(await comer.browser.go(`${comer.world.issuer}/dev/outbox`));
  },
};
