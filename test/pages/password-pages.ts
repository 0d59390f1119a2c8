/** Owns how somebody comes to each page on which a password is chosen. */
import { pageFor, pageOf } from '../support/authorization.ts';
import type { Page } from '../support/browser.ts';
import { personWithTotp } from '../support/factors.ts';
import { forgottenIn } from '../support/forgotten.ts';
import { NEW_PASSWORD, twice, visitPassword } from '../support/passwords.ts';
import { PASSWORD } from '../support/world.ts';
import type { Come, Comer, Rows } from './comer.ts';

const change: Come = async ({ world, browser }) => visitPassword(browser, world.issuer, await world.person());

const changed =
  (typed: Record<string, string>): Come =>
  async (comer) =>
    pageOf(await comer.browser.submit(await change(comer), '/password', typed));

const demanded: Come = async ({ world, browser }) => {
  const person = await world.person();
  await world.server.accounts?.demandNewPassword(person.sub);
  const page = await pageFor(world.phone('phone', browser));
  return pageOf(await browser.submit(page, '/login', { login: person.email, password: person.password }));
};

const asked =
  (login: string): Come =>
  async ({ world, browser }) => {
    const page = pageOf(await browser.go(`${world.issuer}/forgotten?from=somewhere`));
    return login === '-' ? page : pageOf(await browser.submit(page, '/forgotten', { login }));
  };

const linked = async ({ world, browser }: Comer, email: string): Promise<Page> =>
  pageOf(await browser.go(await forgottenIn(() => world).linkFor(email)));

const choice: Come = async (comer) => linked(comer, (await comer.world.person()).email);

const proof: Come = async (comer) => linked(comer, (await personWithTotp(comer.world)).email);

export const PASSWORD_PAGES: Rows = {
  'password, change': change,
  'password, the present one is wrong': changed({ password: 'a wrong one', ...twice(NEW_PASSWORD) }),
  'password, changed': changed({ password: PASSWORD, ...twice(NEW_PASSWORD) }),
  'password, a new one demanded': demanded,
  'password, a new one too short': async (comer) =>
    pageOf(await comer.browser.submit(await demanded(comer), '/new-password', twice('short'))),
  'forgotten password': asked('-'),
  'forgotten password, nothing typed': asked(''),
  'forgotten password, asked': asked(`${'a.long.name.'.repeat(4)}somebody@mail.example.com`),
  'mailed link': choice,
  'mailed link, the second step': proof,
  'mailed link, a wrong code': async (comer) =>
    pageOf(await comer.browser.submit(await proof(comer), '/code', { code: '000000' })),
  'mailed link, chosen': async (comer) =>
    pageOf(await comer.browser.submit(await choice(comer), '/reset/', twice(NEW_PASSWORD))),
  'mailed link, over': async ({ world, browser }) =>
    pageOf(await browser.go(`${world.issuer}/reset/${'A'.repeat(43)}`)),
};
