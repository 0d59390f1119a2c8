import { expect } from 'chai';
import { type BuiltInAccounts, createAccounts } from '../../server/accounts/accounts.ts';
import type { EndedMany } from '../../server/sessions/revocation.ts';
import {
  createCountingPasswords,
  createEventLog,
  createTurningClock,
  failureOf,
  type OpenedStore,
  openStore,
} from './accounts-fixture.ts';

describe('built-in accounts', () => {
  const ann = { email: 'Ann@Example.com', name: 'Ann', password: 'otters at dusk' };
  let opened: OpenedStore;
  let log: ReturnType<typeof createEventLog>;
  let passwords: ReturnType<typeof createCountingPasswords>;
  let endings: unknown[][];
  let endingFails: boolean;
  let accounts: BuiltInAccounts;
  const clock = createTurningClock();

  beforeEach(async () => {
    opened = await openStore();
    log = createEventLog();
    passwords = createCountingPasswords();
    endings = [];
    endingFails = false;
    const endAll = async (...ending: unknown[]): Promise<EndedMany> => {
      if (endingFails) throw new Error('crashed');
      endings.push(ending);
      return { epoch: endings.length, at: clock.now(), sessions: [], ssoUids: ['elsewhere'] };
    };
    accounts = createAccounts({ store: opened.store.accounts, passwords, clock, record: log.record, endAll });
  });
  afterEach(() => opened.close());

  it('adds an account under a random sub, found by any spelling of its email', async () => {
    const added = await accounts.add(ann);
    expect(added.sub).to.match(/^[\w-]{22}$/);
    expect(added).to.deep.equal({
      sub: added.sub,
      email: 'Ann@Example.com',
      name: 'Ann',
      disabled: false,
      createdAt: clock.now(),
    });
    expect(await accounts.findByLogin(' aNN@example.COM')).to.deep.equal({ sub: added.sub });
    expect(await accounts.find(added.sub)).to.deep.equal({ sub: added.sub });
    expect(await accounts.verifyPassword(added.sub, ann.password)).to.equal(true);
    expect(await accounts.verifyPassword(added.sub, 'otters at dawn')).to.equal(false);
    expect(log.events).to.deep.equal([{ type: 'account_added', at: clock.now(), accountId: added.sub }]);
  });

  it('adds one account where twenty are asked for at once', async () => {
    const spellings = Array.from({ length: 20 }, (_, n) => (n % 2 ? ann : { ...ann, email: 'ANN@example.com' }));
    const results = await Promise.allSettled(spellings.map((account) => accounts.add(account)));
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
    expect(refused).to.deep.equal(Array(19).fill('account_exists'));
    expect(await accounts.list(10)).to.have.length(1);
    expect(log.types()).to.deep.equal(['account_added']);
  });

  it('refuses what is no email, no password, no name', async () => {
    expect(await failureOf(accounts.add({ ...ann, email: 'ann' }))).to.include({ code: 'bad_request' });
    expect(await failureOf(accounts.add({ ...ann, password: 'password' }))).to.include({ code: 'weak_password' });
    expect(await failureOf(accounts.add({ ...ann, password: 'ann@example.com' }))).to.include({
      code: 'weak_password',
    });
    expect(await failureOf(accounts.add({ ...ann, name: 'A\0nn' }))).to.include({ code: 'bad_request' });
    expect(await accounts.list(10)).to.deep.equal([]);
    expect(log.events).to.deep.equal([]);
  });

  it('tells the claims of the scopes that were asked for', async () => {
    const { sub } = await accounts.add(ann);
    expect(await accounts.claims(sub, ['openid', 'constructor'])).to.deep.equal({ sub });
    expect(await accounts.claims(sub, ['openid', 'email', 'profile'])).to.deep.equal({
      sub,
      email: 'Ann@Example.com',
      email_verified: false,
      name: 'Ann',
      updated_at: clock.now(),
    });
    expect(await accounts.claims('unknown', ['email'])).to.deep.equal({ sub: 'unknown' });
  });

  it('shuts a disabled account, then ends its sessions, then writes it down', async () => {
    const { sub } = await accounts.add(ann);
    const asker = { address: '192.0.2.1', userAgent: 'Console/1', data: { by: 'an administrator' } };
    await accounts.disable(sub, asker);
    expect(log.events.at(-1)).to.deep.include(asker);
    expect(await accounts.find(sub)).to.equal(undefined);
    expect(await accounts.findByLogin(ann.email)).to.equal(undefined);
    expect(await accounts.verifyPassword(sub, ann.password)).to.equal(false);
    expect(passwords.verified).to.deep.equal(['nobody']);
    expect(endings).to.deep.equal([[sub, 'account_disabled', undefined, asker]]);
    expect(log.types()).to.deep.equal(['account_added', 'account_disabled']);
    expect(await accounts.lookup(ann.email)).to.include({ sub, disabled: true });

    await accounts.enable(sub);
    expect(await accounts.verifyPassword(sub, ann.password)).to.equal(true);
    expect(log.types().at(-1)).to.equal('account_enabled');
  });

  it('finishes a disabling that crashed: by a second call, or before the account is enabled', async () => {
    const { sub } = await accounts.add(ann);
    endingFails = true;
    expect((await failureOf(accounts.disable(sub))).message).to.equal('crashed');
    expect(await accounts.find(sub)).to.equal(undefined);
    expect((await failureOf(accounts.enable(sub))).message).to.equal('crashed');
    expect(await accounts.find(sub)).to.equal(undefined);
    endingFails = false;
    await accounts.disable(sub);
    expect(endings).to.have.length(1);
    expect(log.events.at(-1)).to.deep.include({ type: 'account_disabled', data: { repeated: true } });
    await accounts.enable(sub);
    expect(endings).to.have.length(2);
  });

  it('changes a password: the old one is dead before the sessions end, and the kept one is named', async () => {
    const { sub } = await accounts.add(ann);
    const ended = await accounts.setPassword(sub, 'herons at dawn', { sid: 'this' });
    expect(ended.ssoUids).to.deep.equal(['elsewhere']);
    expect(await accounts.verifyPassword(sub, ann.password)).to.equal(false);
    expect(await accounts.verifyPassword(sub, 'herons at dawn')).to.equal(true);
    expect(endings).to.deep.equal([[sub, 'password_changed', { sid: 'this' }, undefined]]);
    expect(log.types().at(-1)).to.equal('password_changed');

    expect(await failureOf(accounts.setPassword(sub, 'Ann@example.com'))).to.include({ code: 'weak_password' });
    endingFails = true;
    await failureOf(accounts.setPassword(sub, 'egrets at noon'));
    expect(await accounts.verifyPassword(sub, 'egrets at noon')).to.equal(true);
    expect(log.types().filter((type) => type === 'password_changed')).to.have.length(1);
  });

  it('demands a new password until one is set, whatever else changes meanwhile', async () => {
    const { sub } = await accounts.add(ann);
    const asker = { address: '192.0.2.1', data: { by: 'a link' } };
    await accounts.demandNewPassword(sub, asker);
    expect(endings).to.deep.equal([]);
    expect(log.events.at(-1)).to.deep.equal({ type: 'password_demanded', at: clock.now(), accountId: sub, ...asker });
    await accounts.disable(sub);
    await accounts.enable(sub);
    expect(await accounts.lookup(sub)).to.include({ mustChangePassword: true });
    await accounts.setPassword(sub, 'herons at dawn');
    expect(await accounts.lookup(sub)).to.not.have.property('mustChangePassword');
    expect(await failureOf(accounts.demandNewPassword('nobody'))).to.include({ code: 'unknown_account' });
  });

  it('loses neither of two changes that race', async () => {
    const { sub } = await accounts.add(ann);
    await Promise.all([accounts.disable(sub), accounts.setPassword(sub, 'herons at dawn')]);
    expect(await opened.store.accounts.find(sub)).to.include({ disabled: true, passwordHash: 'plain:herons at dawn' });
  });

  it('removes an account last, so that a second call finishes a first that crashed', async () => {
    const { sub } = await accounts.add(ann);
    endingFails = true;
    await failureOf(accounts.remove(sub));
    expect(await accounts.lookup(sub)).to.include({ disabled: true });
    endingFails = false;
    await accounts.remove(sub);
    expect(endings).to.deep.equal([[sub, 'account_disabled', undefined, undefined]]);
    expect(log.types()).to.deep.equal(['account_added', 'account_deleted']);
    for (const call of [accounts.lookup(sub), accounts.remove(sub), accounts.disable(sub), accounts.lookup('a@b.c')]) {
      expect(await failureOf(call)).to.include({ code: 'unknown_account' });
    }
    const again = await accounts.add(ann);
    expect(again.sub).not.to.equal(sub);
  });

  it('lists by email, page by page, without a hash', async () => {
    for (const name of ['cleo', 'ann', 'bert']) await accounts.add({ ...ann, email: `${name}@example.com` });
    const first = await accounts.list(2);
    expect(first.map(({ email }) => email)).to.deep.equal(['ann@example.com', 'bert@example.com']);
    expect((await accounts.list(2, first[1]?.email)).map(({ email }) => email)).to.deep.equal(['cleo@example.com']);
    expect(JSON.stringify(first)).not.to.include('plain:');
  });
});
