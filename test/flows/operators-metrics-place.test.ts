import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { assemble } from '../../server/app.ts';
import { resolveConfig } from '../../server/config.ts';
import { freePort, MainProcess } from '../support/main-process.ts';

describe('where the metrics are served', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-metrics-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is a port that the environment names, on this machine alone', async () => {
    const [port, metricsPort] = [await freePort(), await freePort()];
    const ports = { CURFEW_PORT: String(port), CURFEW_METRICS_PORT: String(metricsPort) };
    const main = await new MainProcess({ ...ports, CURFEW_DATA_DIR: folder }).ready();
    const reply = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
    expect(await reply.text()).to.include('curfew_store_up 1');
    const elsewhere = await fetch(`http://127.0.0.2:${metricsPort}/metrics`).catch(() => 'refused');
    expect(elsewhere).to.equal('refused');
    expect(await main.stop()).to.equal(0);
  });

  it('says which setting to change where that is taken, and leaves nothing open behind', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const secrets = ['test-secret-test-secret-test-secret-0123456789'];
    const config = resolveConfig({ issuer: 'http://127.0.0.1:1', dataDir: folder, secrets, metricsPort: port });
    const failure = await assemble({ config }).catch((error: Error) => error);
    taken.close();
    expect(failure).to.include({ code: 'wrong_configuration' });
    expect(String(failure)).to.match(/CURFEW_METRICS_PORT.*EADDRINUSE/);
    await rm(join(folder, 'curfew.sqlite'));
  });

  it('is not the port of the apps', () => {
    expect(() =>
      resolveConfig({ issuer: 'http://127.0.0.1:1', dataDir: folder, port: 4000, metricsPort: 4000 }),
    ).to.throw(/metricsPort: got 4000; allowed: any but port/);
  });
});
