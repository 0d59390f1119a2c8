/** Owns which of oidc-provider's models lives where. */
import type { AdapterFactory } from 'oidc-provider';
import { type Model, notHere } from './model.ts';
import { accessTokenModel, codeModel, replayModel, singleUseModel } from './models-artifact.ts';
import { grantModel, refreshTokenModel } from './models-session.ts';
import { ssoModel } from './models-sso.ts';
import type { OidcParts } from './parts.ts';
import { serviceTokenModel } from './service-tokens.ts';

const MODELS: Readonly<Record<string, (parts: OidcParts) => Model>> = {
  Grant: grantModel,
  RefreshToken: refreshTokenModel,
  Session: ssoModel,
  AccessToken: accessTokenModel,
  AuthorizationCode: codeModel,
  ClientCredentials: serviceTokenModel,
  Interaction: (parts) => singleUseModel(parts, 'interaction', 'Interaction'),
  PushedAuthorizationRequest: (parts) => singleUseModel(parts, 'pushed_request', 'PushedAuthorizationRequest'),
  ReplayDetection: replayModel,
};

export const adapterFor =
  (parts: OidcParts): AdapterFactory =>
  (name) =>
    MODELS[name]?.(parts) ?? notHere;
