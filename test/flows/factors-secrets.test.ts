import { expect } from 'chai';
import { personWithTotp } from '../support/factors.ts';
import { openWorld } from '../support/world.ts';

const OLD = 'test-secret-test-secret-test-secret-0123456789';
const NEW = 'another-secret-another-secret-another-0123456789';

describe('the keys of authenticator apps, when the master secret is replaced', () => {
  it('are sealed anew at the start, and need the older secret no more', async () => {
    let world = await openWorld({ config: { secrets: [OLD] } });
    const { dataDir } = world;
    const person = await personWithTotp(world);
    const [before] = await world.server.store.factors.list(person.sub);
    const restart = async (secrets: [string, ...string[]]): Promise<void> => {
      await world.close({ keepData: true });
      world = await openWorld({ dataDir, config: { secrets } });
    };
    await restart([NEW, OLD]);
    const [after] = await world.server.store.factors.list(person.sub);
    expect(after?.sealedUnder).to.be.a('string').and.not.equal(before?.sealedUnder);
    await restart([NEW]);
    const phone = world.phone();
    await phone.signIn(person);
    expect(phone.idClaims()).to.include({ acr: 'mfa' });
    world.clock.reset();
    await world.close();
  });
});
