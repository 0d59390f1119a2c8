/** Owns somebody who tries passwords, from an address that a trusted proxy vouches for. */
import { Browser, formsOf, type Page } from './browser.ts';
import { Phone } from './phone.ts';
import type { World } from './world.ts';

export interface Outcome {
  readonly status: number;
  readonly retryAfter: number | undefined;
  /** Without the id of the request. */
  readonly headers: Headers;
  /** Without what is new on every page. */
  readonly html: string;
  readonly location: string | null;
}

export class ForwardedBrowser extends Browser {
  readonly address: string;

  constructor(origin: string, address: string) {
    super(origin);
    this.address = address;
  }

  override request(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('x-forwarded-for', this.address);
    return super.request(url, { ...init, headers });
  }
}

export class Guesser {
  readonly phone: Phone;
  #page: Page | undefined;

  constructor(world: World, address: string, clientId = 'phone') {
    this.phone = new Phone(world.issuer, clientId, new ForwardedBrowser(world.issuer, address));
  }

  /** Opens the sign-in page, where it is not open yet. */
  async open(): Promise<Page> {
    if (!this.#page) this.#page = (await this.phone.browser.go(this.phone.request().url)).page;
    if (!this.#page) throw new Error('there is no sign-in page');
    return this.#page;
  }

  async guess(login: string, password: string): Promise<Outcome> {
    const page = await this.open();
    const form = formsOf(page).find(({ action }) => action.endsWith('/login'));
    const body = new URLSearchParams({ ...form?.fields, login, password });
    const headers = { origin: this.phone.issuer };
    const response = await this.phone.browser.request(form?.action ?? '', { method: 'POST', body, headers });
    const answered = new Headers(response.headers);
    answered.delete('x-correlation-id');
    const retryAfter = response.headers.get('retry-after');
    return {
      status: response.status,
      retryAfter: retryAfter === null ? undefined : Number(retryAfter),
      headers: answered,
      html: stable(await response.text(), login),
      location: response.headers.get('location'),
    };
  }
}

/** A page with what differs between any two visits put in words: its interaction, its token, what was typed, its trace. */
const stable = (html: string, login: string): string =>
  html
    .replaceAll(login, '{login}')
    .replaceAll(/(\/interaction\/|\?from=)[\w-]+/g, '$1{uid}')
    .replaceAll(/(name="csrf" value=")[^"]*/g, '$1{csrf}')
    .replaceAll(/\b[0-9a-f]{12}\b/g, '{correlation}');
