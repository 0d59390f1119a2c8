import { expect } from 'chai';
import { needs, type Running, startOutside } from '../support/outside-program.ts';
import { API_SECRET, openWorld, type World } from '../support/world.ts';
import { JWT } from './refresh-story.ts';

const APACHE = '/usr/sbin/apache2';
const MODULES = '/usr/lib/apache2/modules';
const MODULE = `${MODULES}/mod_oauth2.so`;

/** A site of one page, for whoever the server says has an active token. */
const configuration = (dir: string, port: number, issuer: string): string => `
ServerRoot ${dir}
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
PidFile ${dir}/pid
Mutex file:${dir} default
ErrorLog ${dir}/error.log
LoadModule mpm_event_module ${MODULES}/mod_mpm_event.so
LoadModule authn_core_module ${MODULES}/mod_authn_core.so
LoadModule authz_core_module ${MODULES}/mod_authz_core.so
LoadModule authz_user_module ${MODULES}/mod_authz_user.so
LoadModule headers_module ${MODULES}/mod_headers.so
LoadModule alias_module ${MODULES}/mod_alias.so
LoadModule oauth2_module ${MODULE}
DocumentRoot ${dir}
OAuth2Cache file name=short&dir=${dir}&clean_interval=1
<Location />
  AuthType oauth2
  OAuth2TokenVerify introspect ${issuer}/token/introspection introspect.auth=client_secret_basic&client_id=api&client_secret=${API_SECRET}&cache=short&expiry=1
  Require valid-user
  Header always set X-User "expr=%{REMOTE_USER}"
</Location>
`;

const isHere = needs("Apache's mod_oauth2", [APACHE, MODULE], 'libapache2-mod-oauth2');

(isHere ? describe : describe.skip)("Apache's mod_oauth2, introspecting", () => {
  let world: World;
  let apache: Running;
  before(async () => {
    world = await openWorld();
    apache = await startOutside({
      command: APACHE,
      args: (_dir, file) => ['-X', '-f', file],
      config: (dir, port) => configuration(dir, port, world.issuer),
    });
  });
  after(async () => {
    await apache.stop();
    await world.close();
  });

  const get = (token?: string) =>
    fetch(`${apache.url}/program.conf`, { headers: token ? { authorization: `Bearer ${token}` } : {} });

  it('lets in whom the server calls active, and knows who that is [74]', async () => {
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    const answer = await get(phone.tokens.access_token);
    expect([answer.status, answer.headers.get('x-user')]).to.deep.equal([200, person.sub]);
  });

  it('refuses what the server calls inactive: ended sessions, tokens of other APIs, inventions [74, 75]', async () => {
    const phone = await world.signedIn();
    await phone.revoke();
    const info = await world.signedIn('phone', { resource: '' });
    for (const token of [phone.tokens.access_token, phone.refreshToken, info.tokens.access_token, 'invented']) {
      expect((await get(token)).status).to.equal(401);
    }
    expect((await get()).status).to.equal(401);
  });

  it('asks about a signed token like any other, and takes no ID token for one [55]', async () => {
    const phone = await world.signedIn('phone', JWT);
    expect((await get(phone.tokens.id_token)).status).to.equal(401);
    expect((await get(phone.tokens.access_token)).status).to.equal(200);
    const ended = await world.signedIn('phone', JWT);
    await ended.revoke();
    expect((await get(ended.tokens.access_token)).status).to.equal(401);
  });
});
