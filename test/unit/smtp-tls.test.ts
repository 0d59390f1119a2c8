import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { expect } from 'chai';
import { createSmtpMailer } from '../../adapters/smtp/mailer.ts';
import { isPermanent, type Mail } from '../../server/mail/port.ts';
import { SmtpServer } from '../support/smtp-server.ts';

const mail: Mail = {
  id: 'x'.repeat(43),
  kind: 'new_device',
  accountId: 'somebody',
  at: 1_800_000_000,
  to: 'somebody@example.com',
  subject: 'Hello',
  text: 'Hello\n',
};

const REQUEST =
  'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=mail -keyout key.pem -out cert.pem';

/** A certificate for an address; undefined where there is no OpenSSL. */
const certified = (address: string): { key: string; cert: string } | undefined => {
  const cwd = mkdtempSync(join(tmpdir(), 'curfew-tls-'));
  try {
    const { status } = spawnSync('openssl', [...REQUEST.split(' '), '-addext', `subjectAltName=${address}`], { cwd });
    const read = (name: string): string => readFileSync(join(cwd, name), 'utf8');
    return status === 0 ? { key: read('key.pem'), cert: read('cert.pem') } : undefined;
  } finally {
    rmSync(cwd, { recursive: true });
  }
};

describe('mails by SMTP over TLS (smtps://)', () => {
  const own = getCACertificates('default');
  const here = certified('IP:127.0.0.1');
  const elsewhere = certified('DNS:mail.example.com');
  before(function () {
    if (!here || !elsewhere) this.skip();
  });
  afterEach(() => setDefaultCACertificates(own));

  /** What became of one mail to a server with that certificate, where those are trusted. */
  const sent = async (shown: typeof here, trusted: readonly string[]) => {
    setDefaultCACertificates([...own, ...trusted]);
    const server = await SmtpServer.open(0, shown);
    const url = `smtps://127.0.0.1:${server.port}`;
    try {
      const mailer = createSmtpMailer({ url, from: 'no-reply@example.com', domain: 'example.com', requireTls: true });
      const error = await mailer.send(mail).then(
        () => undefined,
        (reason: Error) => reason,
      );
      await mailer.close?.();
      return { error, received: server.received.length };
    } finally {
      await server.close();
    }
  };

  it('go to a server whose certificate is good', async () => {
    expect(await sent(here, [here?.cert ?? ''])).to.deep.equal({ error: undefined, received: 1 });
  });

  it('go to none that cannot show who it is, and are not given up', async () => {
    for (const [shown, trusted] of [
      [here, []],
      [elsewhere, [elsewhere?.cert ?? '']],
    ] as const) {
      const { error, received } = await sent(shown, trusted);
      expect(error?.message).to.match(/certificate/i);
      expect(isPermanent(error)).to.equal(false);
      expect(received).to.equal(0);
    }
  });

  it('go to none that speaks in clear', async () => {
    const { error, received } = await sent(undefined, []);
    expect(error).to.be.instanceOf(Error);
    expect(received).to.equal(0);
  });
});
