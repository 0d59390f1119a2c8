/** Owns what every framework's adapter does: answer for the metadata, check the call, remember who it was. */
import type { Access } from '../access.ts';
import type { Authenticate } from '../authenticate.ts';
import { AccessError, type Answer } from '../challenge.ts';
import type { RequestLike } from '../credentials.ts';
import type { ProtectedResource } from '../metadata.ts';
import type { Requirement } from '../requirements.ts';

/** An answer that the caller gets instead of the handler's; none where the call may go on, with these headers. */
export interface Passage {
  readonly answer: Answer | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Gate {
  /** As `check`; a question about this API's metadata is answered here. */
  enter(key: object, request: RequestLike, requirements: readonly Requirement[]): Promise<Passage>;
  check(key: object, request: RequestLike, requirements: readonly Requirement[]): Promise<Passage>;
  /** Undefined where something else was asked for. */
  metadataFor(request: Pick<RequestLike, 'method' | 'url'>): Answer | undefined;
  accessOf(key: object): Access;
}

export interface GateParts {
  readonly authenticate: Authenticate;
  readonly resource: ProtectedResource;
  /** What every answer carries. */
  readonly headers: () => Readonly<Record<string, string>>;
}

/** The one object that stands for a request in all of its framework's wrappings. */
const innermost = (request: object): object => {
  const { raw, req } = request as { readonly raw?: object; readonly req?: object };
  return raw ?? req ?? request;
};

export const createGate = ({ authenticate, resource, headers }: GateParts): Gate => {
  const granted = new WeakMap<object, Access>();
  const metadata: Answer = {
    status: 200,
    // Public, and read by apps in browsers too.
    headers: { 'content-type': 'application/json', 'access-control-allow-origin': '*' },
    body: resource.document,
  };
  const metadataFor: Gate['metadataFor'] = ({ method, url }) =>
    (method === 'GET' || method === 'HEAD') && url.split('?', 1)[0] === resource.path ? metadata : undefined;

  const check: Gate['check'] = async (wrapped, request, requirements) => {
    const key = innermost(wrapped);
    try {
      granted.set(key, await authenticate(request, requirements, key));
      return { answer: undefined, headers: headers() };
    } catch (error) {
      if (error instanceof AccessError) return { answer: error, headers: {} };
      throw error;
    }
  };

  return {
    check,
    metadataFor,
    async enter(wrapped, request, requirements) {
      const answer = metadataFor(request);
      return answer ? { answer, headers: {} } : check(wrapped, request, requirements);
    },
    accessOf(wrapped) {
      const access = granted.get(innermost(wrapped));
      if (!access)
        throw new Error('this request was let in without a check: put the resource server before this handler');
      return access;
    },
  };
};
