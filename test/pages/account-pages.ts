/** Owns the rows of the pages of a person's own account: devices, and what happened. */

import { pageOf } from '../support/authorization.ts';
import { visitOwn } from '../support/own-pages.ts';
import type { World } from '../support/world.ts';
import { after, behind, type Come, type Rows } from './comer.ts';

const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Test';
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Test';

/** Two phones and a computer of one person, one of whose sessions has ended. */
export const liveAt = async (world: World, person: { readonly email: string; readonly password: string }) => {
  const old = await world.signedIn('phone', { person, device_name: 'تابلت ليلى' });
  await old.revoke();
  const phone = await world.signedIn('phone', { person, browser: world.browser(IPHONE), device_name: 'Sam’s iPhone' });
  await world.signedIn('relaxed', { person, browser: phone.browser, device_name: 'Sam’s iPhone' });
  await world.signedIn('other', { person, browser: world.browser(MAC), device_name: 'Office computer in the annexe' });
  world.clock.advance({ hours: 30 });
  await phone.refresh();
};

const devices: Come = async ({ world, browser }) => {
  const person = await world.person();
  await liveAt(world, person);
  return visitOwn(browser, `${world.issuer}/devices`, person);
};

const asked = {
  rename: behind(devices, '/rename'),
  unknown: behind(devices, '/unknown'),
  lost: behind(devices, '/lost'),
  app: behind(devices, '/app?'),
};

/** All that is signed in on one device. */
const oneOf: Come = async (comer) => {
  const [, id] = /rename\?id=([\w-]+)/u.exec((await devices(comer)).html) ?? [];
  return pageOf(await comer.browser.go(`${comer.world.issuer}/devices/device?id=${id}`));
};

const own =
  (path: string): Come =>
  async ({ world, browser }) =>
    visitOwn(browser, `${world.issuer}${path}`, await world.person());

export const ACCOUNT_PAGES: Rows = {
  devices,
  'devices, rename': asked.rename,
  'devices, a name that is none': after(asked.rename, '/rename', { name: '\u202E' }),
  'devices, one I do not know': asked.unknown,
  'devices, one I do not know is signed out': after(asked.unknown, '/unknown'),
  'devices, lost': asked.lost,
  'devices, the receipt of a lost one': after(asked.lost, '/lost'),
  'devices, an app': asked.app,
  'devices, the access of an app taken away': after(asked.app, '/devices/app'),
  'devices, signed out': after(devices, '/sign-out'),
  'devices, all others signed out': after(devices, '/end-others'),
  'devices, one that is gone': own('/devices/device?id=gone'),
  'devices, one of them': oneOf,
  activity: behind(devices, '/activity'),
};
