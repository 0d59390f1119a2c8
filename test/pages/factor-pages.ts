/** Owns the rows of the pages on which a person sets up what stands beside the password. */
import type { Page } from '../support/browser.ts';
import { codeAt, personWithTotp, stepNow, visitFactors } from '../support/factors.ts';
import { after, behind, type Come, type Rows } from './comer.ts';

const factors =
  (path: string): Come =>
  async ({ world, browser }) =>
    visitFactors(browser, world.issuer, await world.person(), path);

const secretIn = ({ html }: Page): string => /secret=([A-Z2-7]+)/u.exec(html)?.[1] ?? '';

/** Sets an authenticator app up at this browser; the page that says so shows the recovery codes. */
const added: Come = async (comer) => {
  const page = await factors('/totp')(comer);
  return after(async () => page, '/factors/totp', { code: codeAt(secretIn(page), stepNow()) })(comer);
};

const withTotp: Come = async ({ world, browser }) => visitFactors(browser, world.issuer, await personWithTotp(world));

const removal = behind(withTotp, '/remove');
const removed = after(removal, '/factors/remove');

export const FACTOR_PAGES: Rows = {
  'factors, none': factors(''),
  'factors, an app': withTotp,
  'factors, add an app': factors('/totp'),
  'factors, a wrong code': after(factors('/totp'), '/factors/totp', { code: '000000' }),
  'factors, add a passkey': factors('/passkey'),
  'factors, recovery codes': added,
  'factors, remove': removal,
  'factors, removed': removed,
};
