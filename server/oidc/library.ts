/**
 * Owns the import of oidc-provider. It greets a Node build that carries no LTS label with a warning of an unsupported
 * runtime; Node 26 is supported (its own CI runs it), so that one line is kept off the screen, and no other.
 */
const warn = console.warn;
console.warn = (...lines: unknown[]) => {
  if (!String(lines[0]).includes('Unsupported runtime')) warn(...lines);
};
const library = await import('oidc-provider');
console.warn = warn;

export const { errors, ExternalSigningKey, interactionPolicy, Provider } = library;
