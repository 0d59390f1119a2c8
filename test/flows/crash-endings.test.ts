import { expect } from 'chai';
import type { EndReason } from '../../server/sessions/ending.ts';
import type { Moment } from '../support/crash-server.ts';
import { type Phone, tokensOf } from '../support/phone.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

/** Each ends the phone's session, and resolves once that is acknowledged. */
type Act = (server: ServerProcess, phone: Phone, sub: string) => Promise<unknown>;

/** An app of the same person, with a token for the account API from a sign-in just now. */
const elsewhere = async (server: ServerProcess, email: string, password: string): Promise<Phone> =>
  server.signedIn('phone', { email, password }, { resource: `${server.issuer}/account`, scope: 'openid sessions' });

const twoRefreshes = async (phone: Phone): Promise<string> => {
  const { from } = await phone.refresh();
  await phone.refresh();
  return from;
};

describe('an ending and kill -9', () => {
  let server: ServerProcess;
  before(async () => {
    server = await startServerProcess();
  });
  after(() => server.close());

  const person = () => server.call('person');
  const isOver = async (phone: Phone): Promise<boolean> =>
    (await phone.refreshWith(phone.refreshToken)).body['error'] === 'invalid_grant';

  const ACTS: Readonly<Record<string, { readonly reason: EndReason; readonly act: Act }>> = {
    'a revoked refresh token': { reason: 'signed_out', act: (_server, phone) => phone.revoke() },
    'a revoked access token': { reason: 'signed_out', act: (_s, phone) => phone.revoke(phone.tokens.access_token) },
    'a sign-out at the browser': {
      reason: 'signed_out',
      async act(_server, phone) {
        const { page } = await phone.browser.go(`${phone.issuer}/session/end`);
        await phone.browser.submit(page as NonNullable<typeof page>, '/session/end/confirm', { logout: 'yes' });
      },
    },
    'a replaced refresh token': {
      reason: 'reuse',
      act: async (_server, phone) => phone.refreshWith(await twoRefreshes(phone)),
    },
    'a code that came back': {
      reason: 'code_replayed',
      async act(process, phone) {
        const pending = phone.request();
        const code = phone.code(await phone.authorize(pending), pending);
        phone.tokens = tokensOf(await phone.exchange(code, pending));
        // One that came with the first would only have lost a race.
        await process.call('advance', { seconds: 10 });
        await phone.exchange(code, pending);
      },
    },
    'an administrator': { reason: 'admin', act: (process, _phone, sub) => process.call('endAll', sub, 'admin') },
    'a disabled account': { reason: 'account_disabled', act: (process, _phone, sub) => process.call('disable', sub) },
    'a new password': {
      reason: 'password_changed',
      act: (process, _phone, sub) => process.call('setPassword', sub, 'another long walk by the sea'),
    },
    'an idle timeout': {
      reason: 'idle_timeout',
      async act(process, phone) {
        await process.call('advance', { days: 31 });
        await phone.refreshWith(phone.refreshToken);
        await process.call('advance', { days: -31 });
      },
    },
  };

  it('stays ended where it was acknowledged, whoever ended it', async () => {
    const ended: { name: string; phone: Phone; reason: EndReason }[] = [];
    // The timeout turns the clock for all: it comes first, and alone.
    for (const [name, { act, reason }] of Object.entries(ACTS).toReversed()) {
      const { sub, ...who } = await person();
      const phone = await server.signedIn('phone', who);
      await act(server, phone, sub);
      ended.push({ name, phone, reason });
    }
    await server.killAndRestart();
    for (const { name, phone, reason } of ended) {
      expect(await server.call('endingOf', phone.sid), name).to.equal(reason);
      expect(await isOver(phone), name).to.equal(true);
      expect(await server.introspect(phone.tokens.access_token), name).to.deep.equal({ active: false });
    }
  });

  for (const act of ['one', 'the others', 'the device'] as const) {
    it(`stays ended where the person ended ${act} from elsewhere`, async () => {
      const who = await person();
      const lost = await server.signedIn('phone', who);
      const here = await elsewhere(server, who.email, who.password);
      const listed = (await here.account('GET', '/sessions')).body['sessions'] as {
        sid: string;
        device: { id: string };
      }[];
      const device = listed.find(({ sid }) => sid === lost.sid)?.device.id;
      const reply = await {
        one: () => here.account('DELETE', `/sessions/${lost.sid}`),
        'the others': () => here.account('POST', '/sessions/end-others'),
        'the device': () => here.account('POST', `/devices/${device}/lost`),
      }[act]();
      expect(reply.status).to.be.oneOf([200, 204]);
      await server.killAndRestart();
      expect(await isOver(lost)).to.equal(true);
      expect(await server.introspect(lost.tokens.access_token)).to.deep.equal({ active: false });
      tokensOf(await here.refreshWith(here.refreshToken));
    });
  }

  it('stays ended where the sixth sign-in took the place of the first', async () => {
    const who = await person();
    const phones: Phone[] = [];
    for (let count = 0; count < 6; count++) {
      phones.push(await server.signedIn('bank', who));
      await server.call('advance', { seconds: 2 });
    }
    await server.killAndRestart();
    const over = await Promise.all(phones.map(isOver));
    expect(over).to.deep.equal([true, false, false, false, false, false]);
  });

  const MOMENTS: Readonly<Record<string, Moment & { readonly begun: boolean }>> = {
    'before its entry on the account': { method: 'store.sessions.beginEnding', at: 'before-transaction', begun: false },
    'between its entry and the first mark': { method: 'store.sessions.beginEnding', at: 'return', begun: true },
    'before the first mark of a session': { method: 'store.sessions.end', at: 'before-transaction', begun: true },
    'between two marks': { method: 'store.sessions.end', at: 'return', nth: 2, begun: true },
    'in the transaction of the third mark': {
      method: 'store.sessions.end',
      at: 'after-transaction-before-commit',
      nth: 3,
      begun: true,
    },
    'before it is noted as finished': { method: 'store.sessions.finishEnding', at: 'call', begun: true },
  };

  for (const [moment, { begun, ...when }] of Object.entries(MOMENTS)) {
    it(`of many, ${moment}: ${begun ? 'the next start finishes it' : 'nothing of it happened, and asking again ends all'}`, async () => {
      const who = await person();
      const phones: Phone[] = [];
      for (let count = 0; count < 4; count++) phones.push(await server.signedIn('phone', who));
      const here = await elsewhere(server, who.email, who.password);
      const [outcome] = await server.dieIn(when, () => [here.account('POST', '/sessions/end-others')]);
      expect(outcome?.status).to.equal('rejected');
      if (!begun) {
        expect(await Promise.all(phones.map((phone) => server.call('endingOf', phone.sid)))).to.deep.equal([
          undefined,
          undefined,
          undefined,
          undefined,
        ]);
        expect((await here.account('POST', '/sessions/end-others')).status).to.equal(200);
      }
      expect(await Promise.all(phones.map(isOver))).to.deep.equal([true, true, true, true]);
      for (const phone of phones) expect(await server.call('endingOf', phone.sid)).to.equal('signed_out_elsewhere');
      tokensOf(await here.refreshWith(here.refreshToken));
    });
  }

  it('of one, before its mark: the session lives, and the app that signs out again is heard', async () => {
    const phone = await server.signedIn();
    const moment = { method: 'store.sessions.end', at: 'after-transaction-before-commit' } as const;
    const [outcome] = await server.dieIn(moment, () => [phone.revoke()]);
    expect(outcome?.status).to.equal('rejected');
    expect(await server.introspect(phone.tokens.access_token)).to.include({ active: true });
    expect((await phone.revoke()).status).to.equal(200);
    expect(await isOver(phone)).to.equal(true);
  });
});
