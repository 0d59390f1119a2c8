import { expect } from 'chai';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { personWithTotp } from '../support/factors.ts';
import { openWorld, type World } from '../support/world.ts';

interface Listed {
  readonly sub: string;
  readonly factors: readonly { readonly id: string; readonly kind: string; readonly codes_left?: number }[];
}

describe('the factors of an account, on the command line', () => {
  let world: World;
  let curfew: CommandLine;
  before(async () => {
    world = await openWorld();
    curfew = await openCommandLine(world);
  });
  after(async () => {
    await curfew.close();
    await world.close();
  });
  afterEach(() => world.clock.reset());

  it('are listed, and one that was lost is taken away: the person signs in with what is left', async () => {
    const person = await personWithTotp(world);
    const phone = await world.signedIn('phone', { person });
    const { sub, factors } = await curfew.json<Listed>(['account', 'factors', '--email', person.email]);
    expect(sub).to.equal(person.sub);
    expect(factors.map(({ kind, codes_left }) => [kind, codes_left])).to.deep.equal([
      ['totp', undefined],
      ['recovery_codes', 10],
    ]);
    const listed = await curfew.run(['account', 'factors', '--sub', person.sub]);
    expect(listed.stdout)
      .to.match(/^\S+ +totp +Authenticator app +\S+ +\S+$/m)
      .and.not.include(person.secret);
    const [app] = factors;
    const removed = await curfew.run([
      'account',
      'factor',
      'remove',
      '--email',
      person.email,
      '--factor',
      `${app?.id}`,
    ]);
    expect(removed).to.deep.include({ code: 0, stderr: '' });
    expect(removed.stdout).to.equal(`Removed Authenticator app of ${person.email}; the password is what is left.\n`);
    await phone.refresh();
    const again = world.phone();
    await again.signIn({ email: person.email, password: person.password });
    expect(again.idClaims()).to.include({ acr: 'pwd' });
    const events = await world.server.store.events.list({ accountId: person.sub, limit: 50 });
    const told = events.filter(({ type }) => type === 'factor_removed').map(({ data }) => data);
    expect(told.map((data) => data?.['kind'])).to.have.members(['totp', 'recovery_codes']);
    for (const data of told) expect(data).to.include({ by: 'command line' });
  });

  it('are told by their absence', async () => {
    const { email, sub } = await world.person();
    const none = await curfew.run(['account', 'factors', '--email', email]);
    expect(none.stdout).to.equal(`${email} has no factor beside the password.\n`);
    const unknown = await curfew.run(['account', 'factor', 'remove', '--sub', sub, '--factor', 'nothing']);
    expect(unknown).to.deep.include({ code: 3, stdout: '' });
    const unsaid = await curfew.run(['account', 'factor', 'remove', '--email', email]);
    expect(unsaid).to.deep.include({ code: 2, stdout: '' });
    expect((await curfew.run(['account', 'factors'])).code).to.equal(2);
  });
});
