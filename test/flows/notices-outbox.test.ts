import { expect } from 'chai';
import type { Mail } from '../../server/mail/port.ts';
import { freePort } from '../support/child.ts';
import { turningClock } from '../support/clock.ts';
import { mailsOf } from '../support/mails.ts';
import { openWorld, type World } from '../support/world.ts';

const DAY = 24 * 60 * 60;

describe('the outbox of the notices', () => {
  after(() => turningClock.reset());
  let world: World;
  let sent: Mail[];
  /** What the one who sends does. */
  let send: (mail: Mail) => Promise<void>;
  beforeEach(async () => {
    sent = [];
    send = async (mail) => void sent.push(mail);
    world = await openWorld({ mailer: { send: (mail) => send(mail) } });
  });
  afterEach(() => world.close());

  const changePassword = async (): Promise<string> => {
    const { sub } = await world.person();
    await world.server.accounts?.setPassword(sub, 'another long walk by the sea');
    return sub;
  };
  const look = () => world.server.mail.look();
  const waiting = async () => (await world.server.store.outboxes.find('notices'))?.pending ?? [];
  const refusing = (permanent?: boolean) => async (): Promise<void> => {
    throw Object.assign(new Error('not now'), { permanent });
  };

  it('goes to a host’s own way to its people, each once', async () => {
    const subs = [await changePassword(), await changePassword()];
    await look();
    await look();
    expect(sent.map(({ accountId }) => accountId)).to.deep.equal(subs);
    expect(await waiting()).to.deep.equal([]);
    expect(await mailsOf(world), 'no box is needed').to.deep.equal([]);
    expect((await fetch(`${world.issuer}/dev/outbox`)).status).to.equal(404);
  });

  it('delays nobody: a sign-in goes on while whoever sends hangs', async () => {
    const open = Promise.withResolvers<void>();
    send = () => open.promise;
    await changePassword();
    expect((await world.signedIn('phone')).refreshToken).to.be.a('string');
    expect(await waiting()).to.have.lengthOf(1);
    open.resolve();
    await look();
    expect(await waiting()).to.deep.equal([]);
  });

  it('tries again later and later, the same mail, and does not hold up the others', async () => {
    const first = await changePassword();
    send = refusing();
    await look();
    send = async (mail) => (mail.accountId === first ? refusing()() : void sent.push(mail));
    const second = await changePassword();
    await look();
    expect(sent.map(({ accountId }) => accountId)).to.deep.equal([second]);
    const [{ id = '', tries = 0, nextTryMs = 0 } = {}] = await waiting();
    expect(tries).to.equal(1);
    turningClock.advance({ seconds: 6 });
    await look();
    const [again] = await waiting();
    expect(again).to.include({ id, tries: 2 });
    expect((again?.nextTryMs ?? 0) - nextTryMs).to.be.greaterThan(10_000);
    send = async (mail) => void sent.push(mail);
    turningClock.advance({ minutes: 1 });
    await look();
    expect(sent.at(-1)).to.include({ id, accountId: first });
  });

  it('says of a mail that it is late, and gives up what is no news any more', async () => {
    send = refusing();
    await changePassword();
    await look();
    turningClock.advance({ hours: 2 });
    send = async (mail) => void sent.push(mail);
    await look();
    expect(sent[0]?.text).to.include('This message is late');

    send = refusing();
    await changePassword();
    await look();
    turningClock.advance({ days: 3 });
    await look();
    expect(await waiting()).to.deep.equal([]);
    expect(world.logged.some((line) => line.includes('a notice was given up'))).to.equal(true);
  });

  it('gives up at once what is refused for good, with a line in the log that names nobody', async () => {
    send = refusing(true);
    await changePassword();
    await look();
    expect(await waiting()).to.deep.equal([]);
    const [line = ''] = world.logged.filter((one) => one.includes('a notice was given up'));
    expect(line).to.include('password_changed').and.not.include('@example.com');
  });

  it('is not sent twice by a process that could not write down that it was taken', async () => {
    await world.close();
    let fails = 0;
    world = await openWorld({
      mailer: { send: (mail) => send(mail) },
      wrapStore: (store) => ({
        ...store,
        outboxes: {
          ...store.outboxes,
          replace: async (outbox) => {
            if (sent.length > 0 && fails < 2) {
              fails += 1;
              throw new Error('no store');
            }
            return store.outboxes.replace(outbox);
          },
        },
      }),
    });
    await changePassword();
    await look();
    await look();
    await look();
    expect(fails).to.equal(2);
    expect(sent).to.have.lengthOf(1);
    expect(await waiting()).to.deep.equal([]);
  });

  it('is one process’s at a time: another waits until that is done, or dead', async () => {
    await changePassword();
    const { outboxes } = world.server.store;
    await look();
    const seen = await outboxes.find('notices');
    if (!seen) throw new Error('no outbox');
    await outboxes.replace({ ...seen, lease: { holder: 'another', untilMs: turningClock.nowMs() + 90_000 } });
    await changePassword();
    await look();
    expect(sent).to.have.lengthOf(1);
    turningClock.advance({ seconds: 91 });
    await look();
    expect(sent).to.have.lengthOf(2);
    expect((await outboxes.find('notices'))?.lease).to.equal(undefined);
  });

  it('tells nothing of what happened before there was anybody to send it, or longer ago than three days', async () => {
    const { outboxes } = world.server.store;
    await look();
    const seen = await outboxes.find('notices');
    if (!seen) throw new Error('no outbox');
    await outboxes.replace({ ...seen, lease: { holder: 'another', untilMs: turningClock.nowMs() + 3.5 * DAY * 1000 } });
    await changePassword();
    turningClock.advance({ days: 4 });
    await look();
    expect(sent).to.deep.equal([]);
    expect(world.logged.some((line) => line.includes('notices were too old to be sent'))).to.equal(true);
  });

  it('is counted, and seen by whoever watches', async () => {
    await world.close();
    const metricsPort = await freePort();
    world = await openWorld({ config: { metricsPort }, mailer: { send: (mail) => send(mail) } });
    const metrics = async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    await changePassword();
    await look();
    expect(await metrics()).to.include('curfew_mails_total{kind="password_changed",outcome="sent"} 1');
    send = refusing();
    await changePassword();
    await look();
    expect(await metrics()).to.match(/^curfew_mails_waiting 1$/m);
  });
});
