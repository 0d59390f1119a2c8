/** Owns the loading of a configuration file that is a module, wherever it lies. */
import { registerHooks } from 'node:module';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** This very server: sources in a checkout, compiled files in the package. */
const OURS = new URL(`./index${extname(import.meta.url)}`, import.meta.url).href;

/**
 * `import { defineConfig } from 'curfew'` means the server that reads the file. Where the file lies (/etc, a volume, a
 * checkout that is not built) there may be no package of that name to be found.
 */
export const importFile = async (path: string): Promise<{ readonly default?: unknown }> => {
  const hooks = registerHooks({
    resolve: (name, context, next) => (name === 'curfew' ? { url: OURS, shortCircuit: true } : next(name, context)),
  });
  try {
    return await import(pathToFileURL(resolve(path)).href);
  } finally {
    hooks.deregister();
  }
};
