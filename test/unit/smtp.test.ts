import { inspect } from 'node:util';
import { expect } from 'chai';
import { createSmtpMailer } from '../../adapters/smtp/mailer.ts';
import { isPermanent, type Mail } from '../../server/mail/port.ts';
import { headersOf, SmtpServer } from '../support/smtp-server.ts';

const mail: Mail = {
  id: 'x'.repeat(43),
  kind: 'new_device',
  accountId: 'somebody',
  at: 1_800_000_000,
  to: 'somebody@example.com',
  subject: 'Größe 日本',
  text: 'Grüße\n\n.\nالسلام\n',
};

const errorOf = (work: Promise<void>): Promise<unknown> =>
  work.then(
    () => expect.fail('taken'),
    (error: unknown) => error,
  );

describe('mails by SMTP', () => {
  let server: SmtpServer;
  beforeEach(async () => {
    server = await SmtpServer.open();
  });
  afterEach(() => server.close());

  const mailer = (more: { url?: string; requireTls?: boolean } = {}) =>
    createSmtpMailer({
      url: server.url,
      from: 'Curfew <no-reply@example.com>',
      domain: 'auth.example.com',
      requireTls: true,
      ...more,
    });

  it('bear the id and the date that they are given, so that one that is sent again is the same', async () => {
    await mailer().send(mail);
    await mailer().send(mail);
    const [first, second] = server.received;
    if (!first || !second) throw new Error('nothing came');
    expect(first).to.include({ from: 'no-reply@example.com', to: 'somebody@example.com' });
    const headers = headersOf(first);
    expect(headers.get('message-id')).to.equal(`<${mail.id}@auth.example.com>`);
    expect(new Date(headers.get('date') ?? '').getTime()).to.equal(mail.at * 1000);
    expect(headers.get('auto-submitted')).to.equal('auto-generated');
    expect(headers.get('content-type')).to.match(/^text\/plain; charset=utf-8/);
    expect(second.data).to.equal(first.data);
  });

  it('go to one address, whatever stands there, and have the headers that we write, whatever the names say', async () => {
    const tries = [
      { ...mail, to: 'a@example.com, b@example.com' },
      { ...mail, to: 'a@example.com>\r\nRCPT TO:<b@example.com' },
      { ...mail, subject: 'Hello\r\nBcc: b@example.com\r\n\r\nText' },
    ];
    for (const one of tries)
      await mailer()
        .send(one)
        .catch(() => undefined);
    for (const received of server.received) {
      expect(received.to).not.to.include('b@example.com');
      expect([...headersOf(received).keys()]).not.to.include('bcc');
    }
    expect(server.received, 'the subject alone').to.have.lengthOf(1);
  });

  for (const [verb, answer, permanent] of [
    ['RCPT', '550 no such user', true],
    ['RCPT', '450 try later', false],
    ['END', '554 no', true],
    ['END', '451 greylisted', false],
    ['MAIL', '550 you may not send', false],
  ] as const)
    it(`are ${permanent ? 'given up' : 'tried again'} after ${answer} to ${verb}`, async () => {
      server.answers.set(verb, answer);
      expect(isPermanent(await errorOf(mailer().send(mail)))).to.equal(permanent);
      expect(server.received).to.deep.equal([]);
    });

  it('are refused without their links getting into the log', async () => {
    const link = `https://auth.example.com/not-me/${'T'.repeat(43)}`;
    server.answers.set('END', `554 we do not like ${link}`);
    const error = await errorOf(mailer().send({ ...mail, text: link }));
    expect(inspect(error)).to.include('we do not like').and.not.include('T'.repeat(43));
  });

  it('never leave in clear where they may not: a server without STARTTLS gets none', async () => {
    // This machine by a name that is not known to be it.
    const url = `smtp://0.0.0.0:${server.port}`;
    expect(isPermanent(await errorOf(mailer({ url }).send(mail)))).to.equal(false);
    expect(server.received).to.deep.equal([]);
    await mailer({ url, requireTls: false }).send(mail);
    expect(server.received).to.have.lengthOf(1);
  });

  it('wait for a server that is not there, and are not lost by it', async () => {
    const { url } = server;
    const waiting = mailer({ url });
    await server.close();
    expect(isPermanent(await errorOf(waiting.send(mail)))).to.equal(false);
    server = await SmtpServer.open();
  });
});
