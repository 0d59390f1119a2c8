import { expect } from 'chai';
import type { Moment } from '../support/crash-server.ts';
import { linkIn } from '../support/mails.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { headersOf, type Received, SmtpServer } from '../support/smtp-server.ts';

/** Longer than a process that died ten minutes ahead of us holds the outbox. */
const LEASE = { minutes: 12 };

const idOf = (mail: Received | undefined) => mail && headersOf(mail).get('message-id');

describe('kill -9 around a notice', () => {
  let smtp: SmtpServer;
  let server: ServerProcess;
  beforeEach(async () => {
    smtp = await SmtpServer.open();
    server = await startServerProcess(smtp.url);
  });
  afterEach(async () => {
    await server.close();
    await smtp.close();
  });

  /** A refresh token that came back: it ends the session, and its person is told. */
  const readyToSteal = async () => {
    const phone = await server.signedIn();
    const stolen = phone.refreshToken;
    await phone.refresh();
    await phone.refresh();
    await server.call('advance', { minutes: 10 });
    return () => phone.refreshWith(stolen);
  };

  const restarted = async (): Promise<void> => {
    await server.call('advance', LEASE);
    await server.call('post');
  };

  for (const [when, moment] of [
    ['before the outbox heard of it', { method: 'store.outboxes.replace', at: 'call' }],
    [
      'while it is written into the outbox',
      { method: 'store.outboxes.replace', at: 'after-transaction-before-commit' },
    ],
    ['when it was claimed, and not sent', { method: 'store.outboxes.replace', at: 'return' }],
  ] as const satisfies readonly (readonly [string, Moment])[])
    it(`loses none, and sends none twice: ${when}`, async () => {
      const steal = await readyToSteal();
      await server.dieIn(moment, () => [steal()]);
      expect(smtp.received).to.have.lengthOf(0);
      await restarted();
      expect(smtp.received).to.have.lengthOf(1);
      await restarted();
      expect(smtp.received).to.have.lengthOf(1);
    });

  it('sends none twice: when it was sent, and struck', async () => {
    const steal = await readyToSteal();
    await server.dieIn({ method: 'store.outboxes.replace', at: 'return', nth: 2 }, () => [steal()]);
    await restarted();
    expect(smtp.received).to.have.lengthOf(1);
  });

  it('sends the very same mail where nobody can know whether the first was taken', async () => {
    const steal = await readyToSteal();
    const taken = Promise.withResolvers<void>();
    smtp.onWhole = async () => {
      // The mail server has it; ours dies before it can write that down.
      await server.kill();
      taken.resolve();
      return '250 OK';
    };
    await steal().catch(() => undefined);
    await taken.promise;
    smtp.onWhole = async () => '250 OK';
    await server.start();
    await restarted();
    const [first, second, ...more] = smtp.received;
    expect(more).to.deep.equal([]);
    expect(idOf(first)).to.be.a('string').and.equal(idOf(second));
    expect(second?.data).to.equal(first?.data);
    const text = (second?.data ?? '').replace(/=\r\n/g, '').replaceAll('\r\n', '\n');
    expect(linkIn({ text }), 'and its link works').to.include('/not-me/');
    expect((await fetch(linkIn({ text }))).status).to.equal(200);
  });
});
