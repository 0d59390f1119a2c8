import { expect } from 'chai';
import { answerTo, claimed } from '../support/authorization.ts';
import { expectRefused } from '../support/devices.ts';
import { openWorld, standardConfig, type World } from '../support/world.ts';

const HOUR = 60;

/** By minutes: the longest pause, and the longest session. */
const LEVELS = { aal1: [30 * 24 * HOUR, 30 * 24 * HOUR], aal2: [HOUR, 24 * HOUR], aal3: [15, 12 * HOUR] } as const;

describe('sessions as long as NIST SP 800-63B-4 lets them be', () => {
  let world: World;
  before(async () => {
    const [phone] = standardConfig.clients;
    const clients = Object.keys(LEVELS).map((name) => ({
      ...phone,
      client_id: name,
      redirect_uris: [`com.example.${name}:/callback`, claimed(name)],
      lifetimes: name,
    }));
    world = await openWorld({ config: { clients: [...standardConfig.clients, ...clients] } });
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  for (const [name, [idle, absolute]] of Object.entries(LEVELS)) {
    it(`[92] ${name}: an unused one ends after ${idle} minutes, for the app and the browser`, async () => {
      const phone = await world.signedIn(name);
      world.clock.advance({ minutes: idle - 1 });
      await phone.refresh();
      world.clock.advance({ minutes: idle, seconds: 5 });
      expectRefused(await phone.refreshWith(phone.refreshToken));
      expect(await answerTo(phone, { redirect_uri: claimed(name) })).to.equal('login');
    });

    it(`[92] ${name}: one in use ends after ${absolute} minutes`, async () => {
      const phone = await world.signedIn(name);
      for (let minutes = 0; minutes < absolute - idle; minutes += idle - 1) {
        world.clock.advance({ minutes: idle - 1 });
        if (minutes + idle < absolute) await phone.refresh();
      }
      world.clock.advance({ minutes: idle });
      expectRefused(await phone.refreshWith(phone.refreshToken));
    });
  }
});
