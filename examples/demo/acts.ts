/** Owns the acts of the demo, in their order. Each does what it says over HTTP, and checks what it claims. */
import type { Honours } from './api.ts';
import { explain } from './explain.ts';
import { failureOf, type Phone } from './phone.ts';
import { type DemoServer, WINDOW_SECONDS } from './server.ts';
import type { Timeline } from './timeline.ts';

export interface Cast {
  readonly server: DemoServer;
  readonly timeline: Timeline;
  readonly iphone: Phone;
  readonly pixel: Phone;
  readonly honours: Honours;
}

type Act = (cast: Cast) => Promise<void>;

const twoPhonesSignIn: Act = async ({ timeline, iphone, pixel, honours }) => {
  timeline.act('Two phones sign in, through the hosted pages');
  for (const phone of [iphone, pixel]) {
    timeline.check(`${phone.model.name}: the browser shows the sign-in page`, 'Sign in', await phone.opens());
    await phone.signIn();
    timeline.check(
      `${phone.model.name}: signed in, and the API accepts it`,
      true,
      await honours(phone.tokens.access_token),
    );
  }
};

const aReplyIsLost: Act = async ({ timeline, iphone }) => {
  timeline.act('A refresh is answered, and the reply is lost on its way');
  const { error, lost } = await iphone.refreshAndLoseReply();
  timeline.check('the app only sees a dead connection', 'the connection was lost', error);
  const retried = await iphone.refreshWith(iphone.refreshToken);
  timeline.check(
    'it tries again with the same refresh token, and gets the same successor',
    lost.refresh_token,
    retried.refresh_token,
  );
  iphone.keep(retried);
  timeline.check('which is generation 1: the family did not fork', 1, iphone.generation);
};

const twoProcessesRefresh: Act = async ({ timeline, iphone, honours }) => {
  timeline.act('The app and its extension refresh at the same moment');
  const shared = iphone.refreshToken;
  const [app, extension] = await Promise.all([iphone.refreshWith(shared), iphone.refreshWith(shared)]);
  timeline.check('both get one and the same successor', app.refresh_token, extension.refresh_token);
  const both = [await honours(app.access_token), await honours(extension.access_token)];
  timeline.check('each with an access token of its own, and both work', [true, true], both);
  iphone.keep(app);
};

const anOldTokenComesBack: Act = async ({ server, timeline, iphone, pixel, honours }) => {
  timeline.act('A refresh token that was replaced comes back');
  const stolen = iphone.refreshToken;
  iphone.keep(await iphone.refreshWith(stolen));
  await honours(iphone.tokens.access_token);
  timeline.note('the app refreshed, and used what it got');
  await timeline.countdown(WINDOW_SECONDS, 'the window for retries runs out (2 minutes by default)');
  timeline.check('the old token is refused', 'invalid_grant', await failureOf(iphone.refreshWith(stolen)));
  timeline.check('its session is over at once', false, await honours(iphone.tokens.access_token));
  timeline.check('and no other: the second phone goes on', true, await honours(pixel.tokens.access_token));
  const { lines, reason, successorUsed } = await explain(server, iphone.sid);
  timeline.lines(lines);
  timeline.check('the event log says why, with the evidence', ['reuse', true], [reason, successorUsed]);
};

const thePhoneComesBack: Act = async ({ timeline, iphone, honours }) => {
  timeline.act('The person signs in again on the first phone');
  timeline.check('its browser has to authenticate: no silent way back', 'Sign in', await iphone.opens());
  await iphone.signIn();
  timeline.check('a new session, and the API accepts it', true, await honours(iphone.tokens.access_token));
  timeline.check('now the browser is known: one tap, no password', 'Continue to Notes?', await iphone.opens());
};

const signedOutFromElsewhere: Act = async ({ timeline, iphone, pixel }) => {
  timeline.act('The second phone signs the first one out');
  const sessions = (await pixel.sessions()).filter(({ client }) => client);
  timeline.lines(
    sessions.map(({ device, client, current, ended }) => {
      const state = ended ? `ended: ${ended.reason}` : 'signed in';
      return `${device.name.padEnd(14)} ${client?.name.padEnd(6)} ${current ? 'this phone' : state}`;
    }),
  );
  const listed = sessions.filter(({ ended }) => !ended).map(({ sid }) => sid);
  timeline.check('the account API lists both', [iphone.sid, pixel.sid].sort(), listed.sort());
  timeline.check(`DELETE /account/sessions/${iphone.sid}`, 204, await pixel.signOut(iphone.sid));
};

const theFirstPhoneNotices: Act = async ({ server, timeline, iphone, pixel, honours }) => {
  timeline.act('The first phone notices at once');
  timeline.check('introspection: its access token is not active', false, await honours(iphone.tokens.access_token));
  const refreshed = await failureOf(iphone.refreshWith(iphone.refreshToken));
  timeline.check('its refresh gets invalid_grant: the app drops the session', 'invalid_grant', refreshed);
  timeline.check('its browser has to sign in anew', 'Sign in', await iphone.opens());
  const { reason } = await explain(server, iphone.sid);
  timeline.check('the event log says who ended it: signed_out_elsewhere', 'signed_out_elsewhere', reason);
  timeline.check(
    'the second phone is still signed in',
    true,
    await honours((await pixel.refreshWith(pixel.refreshToken)).access_token),
  );
};

export const ACTS: readonly Act[] = [
  twoPhonesSignIn,
  aReplyIsLost,
  twoProcessesRefresh,
  anOldTokenComesBack,
  thePhoneComesBack,
  signedOutFromElsewhere,
  theFirstPhoneNotices,
];
