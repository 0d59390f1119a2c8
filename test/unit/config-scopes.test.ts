import { expect } from 'chai';
import { OWN_CLIENT_ID } from '../../server/own-client.ts';
import { API, api, phone, refuses, resolve } from './config-fixture.ts';

const file = (demand: object, more: object = {}) => ({
  clients: [phone, api],
  resources: { [API]: { scopes: ['payments:write'], introspectedBy: ['api'] } },
  scopes: { 'payments:write': { acr: 'mfa', maxAgeSeconds: 300, ...demand } },
  ...more,
});
const AT = "scopes['payments:write']";

describe('what scopes demand', () => {
  it('is kept with what a page says of it, and what clients of a profile have to show beyond', () => {
    const actionIn = { de: 'Geld senden', ar: 'إرسال المال' };
    const demand = {
      action: 'Sending money',
      actionIn,
      profiles: { high: { acr: 'phr', maxAgeSeconds: 60 }, aal2: {} },
    };
    expect(resolve(file(demand)).scopes).to.deep.equal({
      'payments:write': { acr: 'mfa', maxAgeSeconds: 300, ...demand },
    });
    const { scopes } = resolve(file({ profiles: { own: { maxAgeSeconds: 10 } } }, { lifetimes: { own: {} } }));
    expect(scopes['payments:write']?.profiles).to.deep.equal({ own: { maxAgeSeconds: 10 } });
  });

  refuses([
    ['a level that there is not', file({ acr: 'gold' }), `${AT}.acr: got 'gold'; allowed: one of pwd, mfa, phr`],
    [
      'a profile that there is not',
      file({ profiles: { gold: {} } }),
      `${AT}.profiles.gold: got 'gold'; allowed: one of`,
    ],
    ['a lower level for a profile', file({ profiles: { high: { acr: 'pwd' } } }), `${AT}.profiles.high.acr: got 'pwd'`],
    [
      'a longer time for a profile',
      file({ profiles: { high: { maxAgeSeconds: 301 } } }),
      `${AT}.profiles.high.maxAgeSeconds: got 301; allowed: at most 300`,
    ],
    ['an action without an end', file({ action: 'x'.repeat(61) }), `${AT}.action: got`],
    ['an action of two lines', file({ action: 'Sending\nmoney' }), `${AT}.action: got`],
    ['an action in a language of no page', file({ actionIn: { fr: 'x' } }), `${AT}.actionIn.fr: there is no such key`],
    ['an unknown key', file({ maxAge: 5 }), `${AT}.maxAge: there is no such key; allowed: acr, maxAgeSeconds`],
    [
      'a client by the name of the own pages',
      file({}, { clients: [phone, api, { ...phone, client_id: OWN_CLIENT_ID }] }),
      'which is that of this server',
    ],
  ]);
});
