#!/usr/bin/env node
/** Owns the process of the command line: parse, run, print, and leave with a code. */

const OLDEST_NODE = 24;

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  console.error(`Curfew needs Node ${OLDEST_NODE} or newer, and this is ${process.versions.node}.`);
  process.exit(1);
}

// Standard error holds failures alone, so that a program can read them: not Node's remarks about its own features.
process.removeAllListeners('warning');

const { optionsWithValue, withPlainIds, wantsJson } = await import('./arguments.ts');
const { toJson, toText } = await import('./answer.ts');
const { failureOf, failureText } = await import('./failures.ts');
const { createProgram } = await import('./program.ts');

// Whoever reads may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const program = createProgram({
  keyboard: { input: process.stdin, output: process.stderr },
  print: (answer) => console.log(json ? toJson(answer.json) : toText(answer.lines)),
  // For a person who waits: nothing that a script could take for a failure.
  progress: (text) => {
    if (!json && process.stderr.isTTY) process.stderr.write(`\r${text}`);
  },
  complain: (text) => {
    if (!json) process.stderr.write(text);
  },
});

const takeValue = optionsWithValue(program);
const given = withPlainIds(process.argv.slice(2), takeValue);
const json = wantsJson(given, takeValue);

try {
  await program.parseAsync(given, { from: 'user' });
} catch (error) {
  const failure = failureOf(error);
  process.exitCode = failure.exit;
  if (failure.exit !== 0 && (json || failure.lines.length > 0)) console.error(failureText(failure, json));
}
