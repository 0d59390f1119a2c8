/** Owns which clients may call the admin API. */
import type { ClientConfig } from './config.ts';

/** By its registration alone, which has to name both the grant and the scope. Pure. */
export const isAdministrator = ({ grant_types, scope }: Pick<ClientConfig, 'grant_types' | 'scope'>): boolean =>
  grant_types.includes('client_credentials') && scope?.split(' ').includes('admin') === true;
