/** Owns what the package holds: the compiled server with its declarations, and the pages' templates next to it. */
import { execFileSync } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');

const packageOf = createRequire(import.meta.url).resolve('typescript/package.json');
const tsc = join(dirname(packageOf), 'bin', 'tsc');

// What an earlier build left would be shipped.
await rm(DIST, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '-p', join(ROOT, 'tsconfig.build.json')], { stdio: 'inherit' });
await cp(join(ROOT, 'views'), join(DIST, 'views'), { recursive: true });
