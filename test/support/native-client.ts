/** Owns what the native apps of a test have in common. */

export const native = (client_id: string, more: object) => {
  const scheme = `com.example.${client_id}`;
  return {
    client_id,
    application_type: 'native' as const,
    token_endpoint_auth_method: 'none' as const,
    redirect_uris: [`${scheme}:/callback`, 'http://127.0.0.1/callback', `https://${client_id}.example.com/callback`],
    post_logout_redirect_uris: [`${scheme}:/bye`],
    ...more,
  };
};
