import { expect } from 'chai';
import { formsOf } from '../support/browser.ts';
import type { Moment } from '../support/crash-server.ts';
import { type Phone, tokensOf } from '../support/phone.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

/** Moments around the one transaction of a request; the last two are after its fsync and before its reply. */
const MOMENTS = {
  'before its transaction': { at: 'before-transaction', written: false },
  'in its transaction, before the commit': { at: 'after-transaction-before-commit', written: false },
  'after the commit': { at: 'after-commit', written: true },
  'between the commit and the reply': { at: 'return', written: true },
} as const satisfies Record<string, { at: Moment['at']; written: boolean }>;

describe('a server that is killed with -9 and started again', () => {
  let server: ServerProcess;
  before(async () => {
    server = await startServerProcess();
  });
  after(() => server.close());

  /** Whatever the phone got or did not get: its retry works, there is one successor, and it is the head. */
  const expectOneHead = async (phone: Phone): Promise<void> => {
    const token = phone.refreshToken;
    const [first, second] = [await phone.refreshWith(token), await phone.refreshWith(token)].map(tokensOf);
    expect(first?.refresh_token).to.match(/^[\w-]+\.1\./);
    expect(second?.refresh_token).to.equal(first?.refresh_token);
    expect(await server.introspect(first?.access_token ?? '')).to.include({ active: true, sid: phone.sid });
    expect(tokensOf(await phone.refreshWith(first?.refresh_token ?? '')).refresh_token).to.match(/^[\w-]+\.2\./);
  };

  for (const [moment, { at, written }] of Object.entries(MOMENTS)) {
    it(`in a refresh, ${moment}: every phone's retry works, and no family forks`, async () => {
      const person = await server.call('person');
      const phones = await Promise.all([1, 2, 3, 4].map(() => server.signedIn('phone', person)));
      const outcomes = await server.dieIn({ method: 'store.commit', at }, () =>
        phones.map((phone) => phone.refreshWith(phone.refreshToken)),
      );
      expect(outcomes.map(({ status }) => status)).to.include('rejected');
      for (const phone of phones) await expectOneHead(phone);
    });

    it(`in a code exchange, ${moment}: ${written ? 'the code is spent, and gives nobody a second family' : 'the code still works'}`, async () => {
      const phone = server.phone();
      const pending = phone.request();
      const code = phone.code(await phone.authorize(pending, await server.call('person')), pending);
      const [outcome] = await server.dieIn({ method: 'store.commit', at }, () => [phone.exchange(code, pending)]);
      expect(outcome?.status).to.equal('rejected');
      const reply = await phone.exchange(code, pending);
      if (written) {
        expect(reply.body).to.have.property('error', 'invalid_grant');
        return;
      }
      phone.tokens = tokensOf(reply);
      await expectOneHead(phone);
    });

    it(`on the way back to the app, ${moment}: ${written ? 'the person signs in again' : 'the browser can ask again'}`, async () => {
      const person = await server.call('person');
      const phone = server.phone();
      const pending = phone.request();
      const { page } = await phone.browser.go(pending.url);
      const [form] = formsOf(page as NonNullable<typeof page>);
      const body = new URLSearchParams({ ...form?.fields, login: person.email, password: person.password });
      const headers = { origin: server.issuer };
      const submitted = await phone.browser.request(form?.action ?? '', { method: 'POST', body, headers });
      const resume = new URL(submitted.headers.get('location') ?? '', server.issuer).href;
      await server.dieIn({ method: 'store.commit', at }, () => [phone.browser.request(resume)]);
      const again = await phone.browser.go(resume);
      expect(again.left?.protocol ?? again.page?.status).to.equal(written ? 400 : 'com.example.phone:');
      await phone.signIn(person);
      await expectOneHead(phone);
    });
  }

  it('in the ending of a reused family, before it is written: the next one that uses either token finds it out', async () => {
    const phone = await server.signedIn();
    const stolen = phone.refreshToken;
    await phone.refresh();
    await phone.refresh();
    const moment = { method: 'store.sessions.end', at: 'after-transaction-before-commit' } as const;
    await server.dieIn(moment, () => [phone.refreshWith(stolen)]);
    expect((await phone.refreshWith(stolen)).body).to.have.property('error', 'invalid_grant');
    expect((await phone.refreshWith(phone.refreshToken)).body).to.have.property('error', 'invalid_grant');
    expect(await server.call('endingOf', phone.sid)).to.equal('reuse');
  });
});
