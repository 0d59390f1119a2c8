/** Owns a host application's own users: what `createServer({ accounts })` is given by an app that has its people already. */
import type { Accounts, Person } from '../../server/accounts/store.ts';
import { PASSWORD } from './world.ts';

interface HostUser extends Person {
  readonly login: string;
  readonly password: string;
  allowed: boolean;
}

export class HostUsers implements Accounts {
  readonly #users = new Map<string, HostUser>();
  /** The host's database is down: every question throws. */
  down = false;
  /** How often `find` was asked. */
  finds = 0;
  /** How often a password was tried on a login that nobody has. */
  nobodies = 0;

  add(name: string): { sub: string; email: string; password: string } {
    const sub = `host|${name}`;
    this.#users.set(sub, { sub, login: name, password: PASSWORD, allowed: true });
    return { sub, email: name, password: PASSWORD };
  }

  allow(sub: string, allowed: boolean): void {
    const user = this.#users.get(sub);
    if (user) user.allowed = allowed;
  }

  async find(sub: string): Promise<Person | undefined> {
    this.#ask();
    this.finds += 1;
    return this.#allowed(this.#users.get(sub));
  }

  async findByLogin(login: string): Promise<Person | undefined> {
    this.#ask();
    return this.#allowed([...this.#users.values()].find((user) => user.login === login));
  }

  async verifyPassword(sub: string, password: string): Promise<boolean> {
    this.#ask();
    return this.#users.get(sub)?.password === password;
  }

  async verifyNothing(): Promise<void> {
    this.nobodies += 1;
  }

  async claims(sub: string, scopes: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
    this.#ask();
    const user = this.#users.get(sub);
    return { sub, ...(scopes.includes('email') && user ? { email: `${user.login}@host.example` } : {}) };
  }

  #ask(): void {
    // What a database driver throws carries words of its own, which are nobody's verdict.
    if (this.down) throw Object.assign(new Error('connection refused'), { status: 401, error: 'invalid_grant' });
  }

  #allowed(user: HostUser | undefined): Person | undefined {
    return user?.allowed ? { sub: user.sub } : undefined;
  }
}
