import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { createLinks, LINK_SECONDS, type LinkFacts } from '../../server/accounts/links.ts';
import { createTurningClock, type OpenedStore, openStore } from './accounts-fixture.ts';

const facts: LinkFacts = { accountId: 'alice', epoch: 3, deviceId: 'her phone' };

describe('mailed links', () => {
  const clock = createTurningClock();
  const key = randomBytes(32);
  let opened: OpenedStore;
  const links = () => createLinks({ artifacts: opened.store.artifacts, key, clock });

  before(async () => {
    opened = await openStore();
  });
  after(() => opened.close());

  it('lead to what they are about, once, whoever races', async () => {
    const token = await links().issue('reset_link', facts, 'event 1');
    expect(Buffer.from(token, 'base64url')).to.have.length(32);
    expect(await links().look('reset_link', token)).to.deep.equal(facts);
    const used = await Promise.all(Array.from({ length: 50 }, () => links().use('reset_link', token)));
    expect(used.filter((one) => one !== undefined)).to.deep.equal([facts]);
    expect(await links().look('reset_link', token)).to.equal(undefined);
  });

  it('are the same in a mail that is sent again, and used where they were used', async () => {
    const token = await links().issue('not_me_link', facts, 'event 2');
    expect(await links().issue('not_me_link', facts, 'event 2')).to.equal(token);
    expect(await links().issue('not_me_link', facts, 'event 3')).to.not.equal(token);
    await links().use('not_me_link', token);
    await links().issue('not_me_link', facts, 'event 2');
    expect(await links().use('not_me_link', token)).to.equal(undefined);
  });

  it('are of one kind, and end in time', async () => {
    const token = await links().issue('reset_link', facts, 'event 4');
    expect(await links().use('not_me_link', token)).to.equal(undefined);
    clock.turn(LINK_SECONDS.reset_link - 1);
    expect(await links().look('reset_link', token)).to.deep.equal(facts);
    clock.turn(1);
    expect(await links().use('reset_link', token)).to.equal(undefined);
  });

  it('take what strangers type for what it is: none', async () => {
    for (const token of ['', 'x', '__proto__', 'A'.repeat(43), `${'A'.repeat(42)}=`, 'A'.repeat(10_000)])
      expect(await links().use('reset_link', token)).to.equal(undefined);
  });
});
