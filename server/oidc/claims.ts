/** Owns which claims go with which scope (OpenID Connect Core §5.4), and that nobody is told more than the scopes that were allowed. */

export const CLAIMS_OF_SCOPES: Readonly<Record<string, readonly string[]>> = {
  openid: ['sub', 'acr', 'amr', 'auth_time', 'sid'],
  profile: ['name', 'updated_at'],
  email: ['email', 'email_verified'],
};

/** The person is shown scopes alone: a claim that is asked for by itself (§5.5) is granted with the scope that it goes with. */
export const claimsWithin = (scopes: readonly string[], asked: Iterable<string>): string[] => {
  const allowed = new Set(
    Object.entries(CLAIMS_OF_SCOPES).flatMap(([scope, claims]) => (scopes.includes(scope) ? claims : [])),
  );
  return [...asked].filter((claim) => allowed.has(claim));
};
