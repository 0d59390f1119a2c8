/** Owns the demo's process: `npm run demo` starts a server of its own, plays the acts, and closes everything. */
import { ACTS } from './acts.ts';
import { openApi } from './api.ts';
import { type Model, Phone } from './phone.ts';
import { type DemoServer, openServer } from './server.ts';
import { Timeline } from './timeline.ts';

const IPHONE: Model = {
  name: 'Mia’s iPhone',
  model: 'iPhone 18',
  userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 20_0 like Mac OS X) Safari',
};
const PIXEL: Model = {
  name: 'Mia’s Pixel',
  model: 'Pixel 12',
  userAgent: 'Mozilla/5.0 (Linux; Android 17; Pixel 12) Chrome',
};

const play = async (server: DemoServer, timeline: Timeline): Promise<void> => {
  const { issuer } = server;
  timeline.title('Curfew: sessions that end when they should, and only then', `a server of its own at ${issuer}`);
  const [iphone, pixel] = [await Phone.of(issuer, IPHONE), await Phone.of(issuer, PIXEL)];
  const cast = { server, timeline, iphone, pixel, honours: await openApi(issuer) };
  for (const act of ACTS) await act(cast);
};

const timeline = new Timeline();
const server = await openServer();
const leave = (code: number) => () => {
  server.discard();
  process.exit(code);
};
process.once('SIGINT', leave(130));
// Whoever read along has closed the pipe: `npm run demo | head`.
process.stdout.once('error', leave(0));
try {
  await play(server, timeline);
} catch (error) {
  timeline.failed(error);
  process.exitCode = 1;
} finally {
  await server.close();
}
if (process.exitCode !== 1) timeline.done();
