/** Owns the abusers: a process of their own, so that what they do costs the phones nothing but what the server lets them. */
import { type Crowded, signInAtOnce } from './crowd.ts';
import { type Stalled, type StallName, stall } from './slow.ts';

export type AbuseName = StallName | 'sign-ins at once';

export interface AbuseStart {
  readonly port: number;
  readonly abuse: AbuseName;
}

export type Found = { readonly stalled: Stalled } | { readonly crowded: Crowded };

const { port, abuse } = JSON.parse(process.argv[2] ?? '{}') as AbuseStart;

const begin = (): (() => Promise<Found>) => {
  if (abuse === 'sign-ins at once') {
    const crowd = signInAtOnce(`http://127.0.0.1:${port}`);
    return async () => ({ crowded: await crowd });
  }
  const stalled = stall(port, abuse);
  return async () => ({ stalled: await stalled.stop() });
};

const finish = begin();
// Asked once: how it ends.
process.once('message', () => {
  void finish().then((found) => {
    // Not before it has gone out.
    process.send?.(found, () => process.disconnect?.());
  });
});
process.on('SIGTERM', () => process.exit(0));
