import { expect } from 'chai';
import { formsOf } from '../support/browser.ts';
import { openWorld, PASSWORD, type World } from '../support/world.ts';

/** What a stranger sees of a try: everything but what they typed, and the ids of their own visit. */
interface Seen {
  readonly status: number;
  readonly text: string;
  readonly headers: readonly string[];
}

describe('whether an account exists', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const tryOnce = async (login: string, password: string): Promise<Seen> => {
    const phone = world.phone();
    const { page } = await phone.browser.go(phone.request().url);
    if (!page) throw new Error('no sign-in page');
    const { page: answer } = await phone.browser.submit(page, '/login', { login, password });
    if (!answer) throw new Error('signed in');
    const { csrf = '' } = formsOf(answer)[0]?.fields ?? {};
    const uid = /\/interaction\/([^/"]+)/.exec(answer.html)?.[1] ?? '';
    const text = answer.html.replaceAll(csrf, 'CSRF').replaceAll(uid, 'UID').replaceAll(login, 'LOGIN');
    const headers = [...answer.headers.keys()].filter((name) => name !== 'content-length').sort();
    return { status: answer.status, text, headers };
  };

  it('cannot be read off the answer to a wrong password: unknown, known, disabled, deleted [98]', async () => {
    const [known, disabled, deleted] = [await world.person(), await world.person(), await world.person()];
    await world.server.accounts?.disable(disabled.sub);
    await world.server.accounts?.remove(deleted.sub);
    const wrong = await tryOnce(known.email, 'not the right one');
    expect(wrong.status).to.equal(422);
    const others = {
      unknown: await tryOnce('nobody.at.all@example.com', 'not the right one'),
      'not an address': await tryOnce('no.address.at.all', 'not the right one'),
      disabled: await tryOnce(disabled.email, 'not the right one'),
      'disabled, with its password': await tryOnce(disabled.email, PASSWORD),
      'deleted, with its password': await tryOnce(deleted.email, PASSWORD),
      'in other letters': await tryOnce(known.email.toUpperCase(), 'not the right one'),
    };
    for (const [what, seen] of Object.entries(others)) expect(seen, what).to.deep.equal(wrong);
  });

  it('cannot be read off how many tries there are, nor off the answer once they are used up [97, 98]', async () => {
    world.clock.advance({ hours: 1 });
    const known = await world.person();
    const answers = async (login: string) => {
      const seen: Seen[] = [];
      for (let tries = 0; tries < 7; tries += 1) seen.push(await tryOnce(login, `wrong ${tries}`));
      return seen;
    };
    const [ofKnown, ofNobody] = [await answers(known.email), await answers('somebody.else@example.com')];
    expect(ofNobody).to.deep.equal(ofKnown);
    expect(ofKnown.map(({ status }) => status)).to.include(429);
  });

  it('cannot be read off a login_hint, nor off a hint at the sign-out page [98]', async () => {
    const known = await world.person();
    const page = async (login_hint: string) => {
      const phone = world.phone();
      const { page: shown } = await phone.browser.go(phone.request({ login_hint }).url);
      const { csrf = '' } = formsOf(shown as never)[0]?.fields ?? {};
      const uid = /\/interaction\/([^/"]+)/.exec(shown?.html ?? '')?.[1] ?? '';
      return shown?.html.replaceAll(csrf, 'CSRF').replaceAll(uid, 'UID').replaceAll(login_hint, 'HINT');
    };
    expect(await page('nobody.here@example.com')).to.equal(await page(known.email));
    const silent = async (login_hint: string) => {
      const phone = world.phone();
      const { left } = await phone.browser.go(phone.request({ login_hint, prompt: 'none' }).url);
      return [left?.searchParams.get('error'), left?.searchParams.get('error_description')];
    };
    expect(await silent('nobody.here@example.com')).to.deep.equal(await silent(known.email));
  });
});
