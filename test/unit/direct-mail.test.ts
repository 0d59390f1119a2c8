import { expect } from 'chai';
import { createLog } from '../../server/log.ts';
import { createDirectMail } from '../../server/mail/direct-mail.ts';
import type { Mail, Mailer } from '../../server/mail/port.ts';

const mail = (id: string): Mail => ({
  id,
  kind: 'password_reset',
  accountId: 'somebody',
  at: 1_800_000_000,
  to: 'somebody@example.com',
  subject: 'Subject',
  text: 'Text\n',
});

const opened = (mailer: Mailer | undefined) => {
  const logged: string[] = [];
  const outcomes: string[] = [];
  const log = createLog({ level: 'debug', write: (line) => logged.push(line) });
  const direct = createDirectMail({ mailer, log, onOutcome: (kind, outcome) => outcomes.push(`${kind} ${outcome}`) });
  const send = (one: Mail): void => direct.send(one.kind, async () => one);
  return { direct, send, logged, outcomes };
};

describe('Mails that somebody has just asked for', () => {
  it('are sent, and nobody waits for it', async () => {
    const sent: string[] = [];
    const { direct, send, outcomes } = opened({ send: async ({ id }) => void sent.push(id) });
    expect(direct.isAvailable).to.equal(true);
    send(mail('a'));
    expect(sent, 'begun in the turn of whoever asked').to.deep.equal([]);
    await direct.idle();
    expect(sent).to.deep.equal(['a']);
    expect(outcomes).to.deep.equal(['password_reset sent']);
  });

  it('are tried again where they may be, and not where that is of no use', async () => {
    let tries = 0;
    const { direct, send, logged, outcomes } = opened({
      async send({ id }) {
        tries += 1;
        throw Object.assign(new Error('no'), id === 'refused' ? { permanent: true } : {});
      },
    });
    send(mail('refused'));
    await direct.idle();
    expect(tries).to.equal(1);
    expect(outcomes).to.deep.equal(['password_reset failed']);

    send(mail('later'));
    await new Promise(setImmediate);
    // It waits for its next try: whoever closes the server has the time for one more, and for no pause.
    await direct.idle('hurry');
    expect(tries).to.equal(3);
    expect(logged.filter((line) => line.includes('given up'))).to.have.lengthOf(2);
    expect(logged.join(''), 'the address is not the log’s business').not.to.include('somebody@');
  });

  it('are looked up as late as they are sent; one that cannot be made is no mail, and one that is none is none', async () => {
    const sent: string[] = [];
    const { direct, logged, outcomes } = opened({ send: async ({ id }) => void sent.push(id) });
    let asked = 0;
    direct.send('password_reset', async () => {
      asked += 1;
      return undefined;
    });
    direct.send('password_reset', async () => {
      throw new Error('the store is down');
    });
    expect(asked, 'asked in the turn of whoever asked').to.equal(0);
    await direct.idle();
    expect({ asked, sent, outcomes }).to.deep.equal({ asked: 1, sent: [], outcomes: ['password_reset failed'] });
    expect(logged.join('')).to.include('could not be made');
  });

  it('wait for one another, and are given up where too many wait', async () => {
    const open: (() => void)[] = [];
    const { direct, send, outcomes } = opened({ send: () => new Promise((resolve) => open.push(resolve)) });
    for (let index = 0; index < 300; index += 1) send(mail(String(index)));
    expect(outcomes).to.have.lengthOf(100);
    await new Promise(setImmediate);
    expect(open).to.have.lengthOf(4);
    const done = direct.idle();
    while (outcomes.length < 300) {
      for (const resolve of open.splice(0)) resolve();
      await new Promise(setImmediate);
    }
    await done;
    expect(outcomes.filter((outcome) => outcome.endsWith('sent'))).to.have.lengthOf(200);
  });

  it('are none where nobody sends them', async () => {
    const { direct, send, outcomes } = opened(undefined);
    expect(direct.isAvailable).to.equal(false);
    send(mail('a'));
    await direct.idle();
    expect(outcomes).to.deep.equal([]);
  });
});
