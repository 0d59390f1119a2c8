import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { expect } from 'chai';

const run = promisify(execFile);

const leftovers = async (): Promise<string[]> =>
  (await readdir(tmpdir())).filter((name) => name.startsWith('curfew-demo-'));

describe('npm run demo', () => {
  it('plays every act, checks what it claims, and leaves nothing behind', async () => {
    const before = await leftovers();
    const { stdout, stderr } = await run(process.execPath, ['examples/demo/main.ts']);
    expect(stderr).to.equal('');
    for (const line of [
      '✓ it tries again with the same refresh token, and gets the same successor',
      '✓ both get one and the same successor',
      '✓ the old token is refused',
      '✓ and no other: the second phone goes on',
      'reason=reuse presented=2 current=3',
      '✓ introspection: its access token is not active',
      '✓ its refresh gets invalid_grant: the app drops the session',
      '✓ its browser has to sign in anew',
      'All 23 checks hold',
    ]) {
      expect(stdout).to.include(line);
    }
    expect(stdout).not.to.include('✗');
    expect(stdout).not.to.include('\u001b');
    expect(await leftovers()).to.deep.equal(before);
  });
});
