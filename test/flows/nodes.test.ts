import { expect } from 'chai';
import { type Node, type Nodes, openNodes } from '../support/nodes.ts';
import { type Person, type Phone, tokensOf } from '../support/phone.ts';
import { dropDatabase, networkStores, newPlace, servers } from '../support/stores.ts';

for (const { name, withRedis } of networkStores) {
  describe(`two nodes on one database: ${name}`, () => {
    let nodes: Nodes;
    let a: Node;
    let b: Node;
    let person: Person;
    const { uri } = newPlace();

    before(async () => {
      nodes = await openNodes({
        CURFEW_MONGODB_URI: uri,
        ...(withRedis && servers.redis !== undefined ? { CURFEW_REDIS_URL: servers.redis } : {}),
      });
      [a, b] = await Promise.all([nodes.start(), nodes.start()]);
      person = await nodes.person();
    });
    after(async () => {
      await nodes.close();
      await dropDatabase(uri);
    });

    /** The pages on one node, the code exchange on the other. */
    const signIn = async (): Promise<Phone> => {
      const phone = nodes.phone();
      const pending = phone.request();
      const left = await nodes.at(a, () => phone.authorize(pending, person));
      phone.tokens = tokensOf(await nodes.at(b, () => phone.exchange(phone.code(left, pending), pending)));
      return phone;
    };

    it('signs in on one and exchanges the code on the other', async () => {
      const phone = await signIn();
      expect(await nodes.at(a, () => nodes.introspect(phone.tokens.access_token))).to.include({ active: true });
    });

    it('takes turns with the pages of one sign-in', async () => {
      const phone = nodes.phone();
      await phone.signIn(person);
      expect(new Set(nodes.door.answered.slice(-4)).size).to.equal(2);
    });

    it('answers a refresh token that both are shown at once with one successor, which still works [43] [44]', async () => {
      const phone = await signIn();
      const before = phone.refreshToken;
      const replies = await Promise.all(Array.from({ length: 20 }, () => phone.refreshWith(before)));
      const successors = new Set(replies.map((reply) => tokensOf(reply).refresh_token));
      expect(successors.size).to.equal(1);
      phone.tokens = tokensOf(replies[0] ?? expect.fail('no reply'));
      await nodes.at(a, () => phone.refresh());
      await nodes.at(b, () => phone.refresh());
    });

    it('redeems a code that both are shown at once for one of them, and ends nothing [33]', async () => {
      const phone = nodes.phone();
      const pending = phone.request();
      const code = phone.code(await phone.authorize(pending, person), pending);
      const replies = await Promise.all(Array.from({ length: 20 }, () => phone.exchange(code, pending)));
      const won = replies.filter(({ status }) => status === 200);
      expect(won).to.have.lengthOf(1);
      phone.tokens = tokensOf(won[0] ?? expect.fail('nobody won'));
      await phone.refresh();
    });

    it('ends a session on one, and the other knows at the next request [70]', async () => {
      const phone = await signIn();
      const { access_token: token } = phone.tokens;
      expect(await nodes.at(b, () => nodes.introspect(token))).to.include({ active: true });
      expect(await nodes.at(a, () => phone.revoke())).to.have.property('status', 200);
      expect(await nodes.at(b, () => nodes.introspect(token))).to.deep.equal({ active: false });
      const refused = await nodes.at(b, () => phone.refreshWith(phone.refreshToken));
      expect(refused).to.have.nested.property('body.error', 'invalid_grant');
    });

    it('ends everything of an account from the command line, whichever node is asked next', async () => {
      const phones = await Promise.all([signIn(), signIn()]);
      const ran = await nodes.command(['session', 'end', '--account', person.email]);
      expect(ran, ran.stderr).to.have.property('code', 0);
      for (const [index, phone] of phones.entries()) {
        const node = index === 0 ? a : b;
        expect(await nodes.at(node, () => nodes.introspect(phone.tokens.access_token))).to.deep.equal({
          active: false,
        });
      }
      const explained = await nodes.command(['session', 'explain', phones[0]?.sid ?? '']);
      expect(explained.stdout).to.include('an administrator ended it');
    });

    it('keeps five sessions of a bank app, however many are exchanged on both at once [95]', async () => {
      const all: [Phone, string, ReturnType<Phone['request']>][] = [];
      while (all.length < 8) {
        const phone = nodes.phone('bank');
        const pending = phone.request();
        all.push([phone, phone.code(await phone.authorize(pending, person), pending), pending]);
      }
      const replies = await Promise.all(all.map(([phone, code, pending]) => phone.exchange(code, pending)));
      const tokens = replies.map((reply) => tokensOf(reply).access_token);
      const seen = await Promise.all(tokens.map((token) => nodes.introspect(token)));
      expect(seen.filter(({ active }) => active)).to.have.lengthOf(5);
    });

    it('signs with one key, whichever node made it', async () => {
      const jwks = async () => (await fetch(`${nodes.door.url}/jwks`)).json() as Promise<{ keys: { kid: string }[] }>;
      const [one, other] = [await nodes.at(a, jwks), await nodes.at(b, jwks)];
      expect(one.keys.map(({ kid }) => kid)).to.deep.equal(other.keys.map(({ kid }) => kid));
    });

    it('loses no request while the nodes are replaced, one after the other', async () => {
      const phones: Phone[] = [];
      // One after the other: the limits take eight tries at once for one account as guessing.
      while (phones.length < 8) phones.push(await signIn());
      let isOver = false;
      const refusals: unknown[] = [];
      const busy = phones.map(async (phone) => {
        while (!isOver) await phone.refresh().catch((error: unknown) => refusals.push(error));
      });
      try {
        for (const old of [a, b]) {
          await nodes.start();
          expect(await nodes.stop(old)).to.equal(0);
        }
      } finally {
        isOver = true;
        await Promise.all(busy);
      }
      expect(refusals).to.deep.equal([]);
      for (const phone of phones) await phone.refresh();
    });
  });
}
