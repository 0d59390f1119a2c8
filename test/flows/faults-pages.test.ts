import { expect } from 'chai';
import { type Browser, formsOf, type Page } from '../support/browser.ts';
import { FAULTS, type Fault, Faults } from '../support/faults.ts';
import { openWorld, type World } from '../support/world.ts';

/** A step of a person's way through the pages: `send` may be repeated, as a person does who presses "Try again". */
interface Step {
  send(): Promise<Response>;
  worked(response: Response): Promise<void>;
}

/** What stays off a page: our own words for the fault, and where in the code it was. */
const INTERNALS = /planted|invalid_grant|\n\s+at |node_modules|\.ts:/;

const where = (response: Response): string => response.headers.get('location') ?? '';

describe('Unavailable is not invalid, for people: a fault is a page that says to try again, and trying again works', () => {
  const faults = new Faults();
  let world: World;
  before(async () => {
    world = await openWorld({ wrapStore: faults.wrapStore, tamper: faults.tamper });
  });
  afterEach(() => faults.remove());
  after(() => world.close());

  const read = async (response: Response, url: string): Promise<Page> => {
    return { status: response.status, url, headers: response.headers, html: await response.text() };
  };
  const post = (browser: Browser, page: Page, which: string, values: Record<string, string>): Promise<Response> => {
    const form = formsOf(page).find(({ action }) => action.includes(which));
    if (!form) throw new Error(`no form for "${which}" on ${page.url}`);
    const body = new URLSearchParams({ ...form.fields, ...values });
    return browser.request(form.action, { method: 'POST', body, headers: { origin: world.issuer } });
  };
  const absolute = (response: Response): string => new URL(where(response), world.issuer).href;

  const authorization = async (): Promise<Step & { browser: Browser }> => {
    const browser = world.browser();
    const { url } = world.phone().request();
    return {
      browser,
      send: () => browser.request(url),
      async worked(response) {
        expect({ status: response.status, at: where(response) }).to.deep.include({ status: 303 });
        expect(where(response)).to.match(/\/interaction\/[\w-]+$/);
      },
    };
  };

  const signInPage = async (): Promise<Step & { browser: Browser; url: string }> => {
    const { browser, send } = await authorization();
    const url = absolute(await send());
    return {
      browser,
      url,
      send: () => browser.request(url),
      async worked(response) {
        expect(response.status).to.equal(200);
        expect(await response.text()).to.match(/action="[^"]*\/login"/);
      },
    };
  };

  const signInForm = async (): Promise<Step & { browser: Browser; email: string }> => {
    const { email, password } = await world.person();
    const { browser, url, send } = await signInPage();
    const page = await read(await send(), url);
    return {
      browser,
      email,
      send: () => post(browser, page, '/login', { login: email, password }),
      async worked(response) {
        expect({ status: response.status, at: where(response) }).to.deep.include({ status: 303 });
        expect(where(response)).to.match(/\/auth\/[\w-]+$/);
      },
    };
  };

  const wayBack = async (): Promise<Step> => {
    const { browser, send } = await signInForm();
    const url = absolute(await send());
    return {
      send: () => browser.request(url),
      async worked(response) {
        expect(where(response)).to.match(/^com\.example\.phone:\/callback\?code=/);
      },
    };
  };

  const signOutForm = async (): Promise<Step> => {
    const phone = await world.signedIn();
    const url = `${world.issuer}/session/end?client_id=phone`;
    const page = await read(await phone.browser.request(url), url);
    return {
      send: () => post(phone.browser, page, '/session/end/confirm', { logout: 'yes' }),
      async worked(response) {
        // Once the browser's session is marked there is nothing left to confirm: the rest of the ending is taken up anyway.
        expect(response.status).to.be.oneOf([303, 400]);
        await world.server.background.round();
        expect((await phone.refreshWith(phone.refreshToken)).body).to.have.property('error', 'invalid_grant');
      },
    };
  };

  const STEPS = {
    'an authorization request': {
      prepare: authorization,
      knownOnItsWay: [
        'extraParams.device_name',
        'interactions.url',
        'interactions.policy.login.checks.sso_not_usable.check',
        'features.resourceIndicators.getResourceServerInfo',
        'store.commit',
      ],
    },
    'the sign-in page': { prepare: signInPage, knownOnItsWay: ['store.artifacts.find', 'adapter Interaction.find'] },
    'the sign-in form': {
      prepare: signInForm,
      knownOnItsWay: ['store.limits.add', 'store.accounts.findByEmail', 'store.artifacts.put', 'store.events.append'],
    },
    'the way back to the app': {
      prepare: wayBack,
      knownOnItsWay: [
        'findAccount',
        'loadExistingGrant',
        'adapter AuthorizationCode.upsert',
        'adapter Session.upsert',
        'adapter Interaction.destroy',
        'interactions.policy.consent.checks.consent_due.check',
        'store.commit',
      ],
    },
    'the sign-out form': {
      prepare: signOutForm,
      knownOnItsWay: ['adapter Session.find', 'adapter Session.destroy', 'store.sessions.beginEnding'],
    },
  } as const;

  const wayOf = async (step: (typeof STEPS)[keyof typeof STEPS]): Promise<string[]> => {
    const { send, worked } = await step.prepare();
    let response: Response | undefined;
    const way = await faults.reachedBy(async () => {
      response = await send();
    });
    await worked(response as Response);
    expect(way).to.include.members([...step.knownOnItsWay]);
    return way;
  };

  const expectPageAndSecondTry = async (prepare: () => Promise<Step>, name: string, fault: Fault): Promise<void> => {
    const { send, worked } = await prepare();
    faults.plant(name, fault);
    const failed = await send();
    faults.remove();
    const { status, headers } = failed;
    const seen = { name, status, type: headers.get('content-type'), to: headers.get('location') };
    expect(seen).to.deep.equal({ name, status: 503, type: 'text/html; charset=utf-8', to: null });
    expect(Number(headers.get('retry-after')), name).to.be.greaterThan(0);
    expect(await failed.text(), name).to.not.match(INTERNALS);
    await worked(await send());
  };

  for (const [name, step] of Object.entries(STEPS)) {
    for (const [how, fault] of Object.entries(FAULTS)) {
      it(`${name}, whichever ${how}`, async () => {
        for (const place of await wayOf(step)) await expectPageAndSecondTry(step.prepare, place, fault);
      });
    }
  }
});
