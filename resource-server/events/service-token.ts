/** Owns the access token with which this API manages its stream (client credentials, RFC 6749 §4.4). */
import type { Proof } from '../client-authentication.ts';
import type { IssuerMetadata } from '../discovery.ts';
import { type Http, mustBe } from '../http.ts';
import { Unavailable } from '../refusal.ts';
import type { Revalidated } from '../revalidated.ts';

export interface ServiceTokenParts {
  readonly metadata: Revalidated<IssuerMetadata>;
  readonly http: Http;
  readonly proof: () => Promise<Proof>;
}

export interface ServiceToken {
  get(): Promise<string>;
  /** The server did not take it. */
  forget(): void;
}

const SCOPE = 'ssf.manage ssf.read';

/** Kept until the server refuses it: that is the one sign of its end that no clock can get wrong. */
export const createServiceToken = ({ metadata, http, proof }: ServiceTokenParts): ServiceToken => {
  let held: Promise<string> | undefined;
  const fetched = async (): Promise<string> => {
    const { tokenEndpoint } = await metadata.get();
    if (!tokenEndpoint) throw new Unavailable('the issuer names no token_endpoint');
    const { headers, body } = await proof();
    const form = new URLSearchParams({ ...body, grant_type: 'client_credentials', scope: SCOPE });
    const reply = await http(tokenEndpoint, { method: 'POST', headers, body: form });
    const { access_token: token } = mustBe(reply, 200, 'the token endpoint');
    if (typeof token !== 'string') throw new Unavailable('the token endpoint gave no access token');
    return token;
  };
  return {
    get() {
      held ??= fetched().catch((error: unknown) => {
        held = undefined;
        throw error;
      });
      return held;
    },
    forget() {
      held = undefined;
    },
  };
};
