/** Owns a client that administers: an operator's own program, with a token of its own. */
import type { ClientInput } from '../../server/config-clients.ts';
import type { Reply } from './phone.ts';
import { basic, standardConfig, type World } from './world.ts';

const SECRET = 'admin-secret-that-only-the-tests-know-0123456789';

const machine = (client_id: string, more: Partial<ClientInput>): ClientInput => ({
  client_id,
  client_secret: SECRET,
  redirect_uris: [],
  grant_types: [],
  response_types: [],
  ...more,
});

/** The standard world, with a client that administers, and one that does so with a bound token. */
export const administeredConfig = {
  ...standardConfig,
  clients: [
    ...standardConfig.clients,
    machine('console', { grant_types: ['client_credentials'], scope: 'admin' }),
    machine('bound-console', { grant_types: ['client_credentials'], scope: 'admin', dpop_bound_access_tokens: true }),
  ],
};

export class Administrator {
  readonly world: World;
  readonly clientId: string;
  token = '';

  constructor(world: World, clientId = 'console') {
    this.world = world;
    this.clientId = clientId;
  }

  get resource(): string {
    return `${this.world.issuer}/admin`;
  }

  ask(form: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<Reply> {
    const all = { grant_type: 'client_credentials', scope: 'admin', resource: this.resource, ...form };
    const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
    const caller = { authorization: basic(this.clientId, SECRET), ...headers };
    return this.world.post('/token', given, caller);
  }

  async signIn(): Promise<this> {
    const { status, body } = await this.ask();
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    this.token = String(body['access_token']);
    return this;
  }

  async call(method: string, path: string, headers: Record<string, string> = {}): Promise<Reply> {
    const response = await fetch(`${this.world.issuer}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...headers },
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text.startsWith('{') ? JSON.parse(text) : {} };
  }
}
