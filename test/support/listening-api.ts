/** Owns an API that listens to a stream of events, beside the transmitter that it listens to. */
import { createResourceServer, type ResourceServer, type ResourceServerOptions } from '../../resource-server/index.ts';
import type { TokenRequest } from '../../resource-server/testing/index.ts';
import { API_URL } from './api.ts';
import { Transmitter } from './transmitter.ts';

export interface ListeningApi {
  readonly server: Transmitter;
  readonly problems: unknown[];
  /** An API that is closed with the rest. */
  api(events?: ResourceServerOptions['events'], more?: Partial<ResourceServerOptions>): ResourceServer;
  jwt(more?: Partial<TokenRequest>): Promise<string>;
  opaque(more?: Partial<TokenRequest>): Promise<string>;
  close(): Promise<void>;
}

export const startListening = async (): Promise<ListeningApi> => {
  const server = await Transmitter.start();
  const apis: ResourceServer[] = [];
  const problems: unknown[] = [];
  const token = (format: 'jwt' | 'opaque', more: Partial<TokenRequest> = {}) =>
    server.tokens.issue(server.issuer, { audience: API_URL, format, ...more });
  return {
    server,
    problems,
    api(events = {}, more = {}) {
      const { issuer, client, clock } = server;
      const onProblem = (problem: unknown) => void problems.push(problem);
      const own = createResourceServer({ issuer, audience: API_URL, client, clock, events, onProblem, ...more });
      apis.push(own);
      return own;
    },
    jwt: (more) => token('jwt', more),
    opaque: (more) => token('opaque', more),
    async close() {
      for (const own of apis) own.close();
      await server.close();
    },
  };
};

/** Signed tokens are dated in seconds: those of after an event are a second younger. */
export const aSecondLater = ({ server }: ListeningApi): void => server.clock.advance({ seconds: 1 });
