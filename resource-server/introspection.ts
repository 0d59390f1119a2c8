/** Owns the question to the server (RFC 7662): is this token active, and is it for this API? */
import type { Claims } from './access.ts';
import type { Proof } from './client-authentication.ts';
import type { IssuerMetadata } from './discovery.ts';
import { type Http, mustBe } from './http.ts';
import { Unavailable } from './refusal.ts';
import type { Revalidated } from './revalidated.ts';

export interface IntrospectionParts {
  readonly issuer: string;
  readonly audience: string;
  readonly metadata: Revalidated<IssuerMetadata>;
  readonly http: Http;
  readonly proof: () => Promise<Proof>;
}

/** Undefined: the server says that the token is not active. Throws `Unavailable` where it says nothing. */
export type Introspect = (token: string) => Promise<Claims | undefined>;

const isFor = (audience: string, claim: unknown): boolean =>
  Array.isArray(claim) ? claim.includes(audience) : claim === audience;

export const createIntrospect =
  ({ issuer, audience, metadata, http, proof }: IntrospectionParts): Introspect =>
  async (token) => {
    const { introspectionEndpoint } = await metadata.get();
    if (!introspectionEndpoint) throw new Unavailable('the issuer names no introspection_endpoint');
    const { headers, body } = await proof();
    const form = new URLSearchParams({ ...body, token, token_type_hint: 'access_token' });
    const reply = await http(introspectionEndpoint, { method: 'POST', headers, body: form });
    // A 401 here is about this API's own credentials: its callers' tokens may be as good as ever.
    const said = mustBe(reply, 200, 'introspection');
    if (typeof said['active'] !== 'boolean') throw new Unavailable('introspection says neither active nor inactive');
    // A token of another API, or of another issuer that the server knows too, is none for this one.
    const isOurs = isFor(audience, said['aud']) && (said['iss'] === undefined || said['iss'] === issuer);
    return said['active'] && isOurs ? said : undefined;
  };
