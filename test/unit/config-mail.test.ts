import { expect } from 'chai';
import { configWarnings, loadConfig, resolveConfig } from '../../server/config.ts';
import type { CurfewError } from '../../server/errors.ts';
import { ISSUER, resolve, SECRET } from './config-fixture.ts';

const URL_OF_IT = 'smtps://curfew:hunter2@mail.example.com:465';
const FROM = 'Curfew <no-reply@example.com>';

const refusalOf = async (env: Record<string, string>): Promise<string> =>
  loadConfig({ CURFEW_SECRETS: SECRET, ...env }).then(
    () => expect.fail('accepted'),
    (error: CurfewError) => error.detail ?? '',
  );

describe('settings of mail', () => {
  it('are taken from the environment, or left out', async () => {
    const env = { CURFEW_SECRETS: SECRET, CURFEW_SMTP_URL: URL_OF_IT, CURFEW_MAIL_FROM: FROM };
    expect(await loadConfig(env)).to.include({ smtpUrl: URL_OF_IT, mailFrom: FROM });
    expect(resolveConfig({ issuer: ISSUER, secrets: [SECRET] }, {})).not.to.have.any.keys('smtpUrl', 'mailFrom');
  });

  it('need one another', async () => {
    expect(await refusalOf({ CURFEW_SMTP_URL: URL_OF_IT })).to.equal('CURFEW_SMTP_URL needs CURFEW_MAIL_FROM.');
    expect(await refusalOf({ CURFEW_MAIL_FROM: FROM })).to.equal('CURFEW_MAIL_FROM needs CURFEW_SMTP_URL.');
  });

  it('are worth a word in production where they are left out, since nobody is told anything', () => {
    const saidOf = (more: object) => configWarnings(resolve(more, true)).filter((line) => line.includes('SMTP'));
    expect(saidOf({})).to.have.lengthOf(1);
    expect(saidOf({ smtpUrl: URL_OF_IT, mailFrom: FROM })).to.deep.equal([]);
    expect(configWarnings(resolve({})), 'development shows them').to.deep.equal([]);
  });

  for (const [name, value] of [
    ['CURFEW_SMTP_URL', 'https://curfew:hunter2@mail.example.com'],
    ['CURFEW_SMTP_URL', 'smtp://curfew:hunter2/2@mail.example.com'],
    ['CURFEW_SMTP_URL', 'smtp://curfew:hunter2@mail.example.com/?pool=true'],
    ['CURFEW_SMTP_URL', 'smtp://'],
    ['CURFEW_MAIL_FROM', 'Curfew'],
    ['CURFEW_MAIL_FROM', 'one@example.com, two@example.com'],
    ['CURFEW_MAIL_FROM', 'Curfew <one@example.com>\r\nBcc: two@example.com'],
    ['CURFEW_MAIL_FROM', 'A "quoted" name <one@example.com>'],
  ] as const) {
    it(`refuse ${name}=${JSON.stringify(value)}, without the password`, async () => {
      const both = { CURFEW_SMTP_URL: URL_OF_IT, CURFEW_MAIL_FROM: FROM };
      expect(await refusalOf({ ...both, [name]: value }))
        .to.include(`${name}: got`)
        .and.not.include('hunter2');
    });
  }
});
