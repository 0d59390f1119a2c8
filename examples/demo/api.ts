/** Owns the API that the phones call: a resource server that asks about every token it is shown. */
import * as oauth from 'openid-client';
import { API_SERVER } from './server.ts';

/** Whether the server honours the access token right now. */
export type Honours = (accessToken: string) => Promise<boolean>;

export const openApi = async (issuer: string): Promise<Honours> => {
  const authentication = oauth.ClientSecretBasic(API_SERVER.secret);
  const server = await oauth.discovery(new URL(issuer), API_SERVER.id, undefined, authentication, {
    execute: [oauth.allowInsecureRequests],
  });
  return async (accessToken) => (await oauth.tokenIntrospection(server, accessToken)).active;
};
