import { expect } from 'chai';
import { loadConfig, resolveConfig } from '../../server/config.ts';
import type { CurfewError } from '../../server/errors.ts';
import { ISSUER, SECRET } from './config-fixture.ts';

const settings = { issuer: ISSUER, secrets: [SECRET] };

const refusalOf = async (env: Record<string, string>): Promise<string> =>
  loadConfig({ CURFEW_SECRETS: SECRET, ...env }).then(
    () => expect.fail('accepted'),
    (error: CurfewError) => error.detail ?? '',
  );

describe('settings of the stores', () => {
  it('choose the embedded database where they are left out', () => {
    const config = resolveConfig(settings, {});
    expect(config).not.to.have.any.keys('mongodbUri', 'redisUrl');
    expect(config).to.include({ mongodbReadConcern: 'local', drainSeconds: 0 });
  });

  it('are taken from the environment', async () => {
    const config = await loadConfig({
      CURFEW_SECRETS: SECRET,
      CURFEW_MONGODB_URI: 'mongodb+srv://db.example.com/curfew',
      CURFEW_MONGODB_READ_CONCERN: 'linearizable',
      CURFEW_REDIS_URL: 'rediss://:secret@redis.example.com:6380',
      CURFEW_DRAIN_SECONDS: '5',
    });
    expect(config).to.include({ mongodbReadConcern: 'linearizable', drainSeconds: 5 });
    expect(config.mongodbUri).to.equal('mongodb+srv://db.example.com/curfew');
    expect(config.redisUrl).to.equal('rediss://:secret@redis.example.com:6380');
  });

  it('refuse Redis without MongoDB, by name', async () => {
    expect(await refusalOf({ CURFEW_REDIS_URL: 'redis://127.0.0.1' })).to.equal(
      'CURFEW_REDIS_URL needs CURFEW_MONGODB_URI: Redis keeps only what may be lost.',
    );
  });

  for (const [name, value] of [
    ['CURFEW_MONGODB_URI', 'postgres://someone:hunter2@db/curfew'],
    ['CURFEW_MONGODB_URI', 'mongodb://'],
    ['CURFEW_REDIS_URL', 'http://someone:hunter2@redis'],
    ['CURFEW_MONGODB_READ_CONCERN', 'available'],
    ['CURFEW_DRAIN_SECONDS', '-1'],
  ] as const) {
    it(`refuse ${name}=${value}, without the password`, async () => {
      expect(await refusalOf({ CURFEW_MONGODB_URI: 'mongodb://db', [name]: value }))
        .to.include(name)
        .and.not.include('hunter2');
    });
  }
});
