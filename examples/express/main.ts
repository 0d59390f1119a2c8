/** Express 5 with users of its own, and Curfew below it. Here: node -C curfew-source examples/express/main.ts 8080 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { type Accounts, createServer } from 'curfew';
import express from 'express';

const [port = '8080', dataDir = './data'] = process.argv.slice(2);
const hashed = promisify(scrypt) as (password: string, salt: Buffer, bytes: number) => Promise<Buffer>;

// Your users, in your database.
const salt = randomBytes(16);
const hash = await hashed('a long walk by the sea', salt, 32);
const users = new Map([['u-1', { sub: 'u-1', email: 'ada@example.com', salt, hash, disabled: false }]]);

const allowed = (user?: { sub: string; disabled: boolean }) => (user && !user.disabled ? { sub: user.sub } : undefined);
const accounts: Accounts = {
  find: async (sub) => allowed(users.get(sub)),
  findByLogin: async (login) => allowed([...users.values()].find(({ email }) => email === login.trim().toLowerCase())),
  async verifyPassword(sub, password) {
    const user = users.get(sub);
    return user !== undefined && timingSafeEqual(await hashed(password, user.salt, 32), user.hash);
  },
  verifyNothing: (password) => hashed(password, salt, 32),
  claims: async (sub, scopes) => ({ sub, ...(scopes.includes('email') ? { email: users.get(sub)?.email } : {}) }),
};

const issuer = `http://127.0.0.1:${port}/auth-server`;
const clients = [{ client_id: 'phone', redirect_uris: ['com.example.phone:/callback'], first_party: true }];
const curfew = await createServer({ accounts, config: { issuer, dataDir, clients } });

const app = express();
// Before any body parser; what is not below the issuer goes on to the app.
app.use(curfew.callback());
app.use(express.json());

app.get('/hello', (_request, response) => {
  response.send('Hello from the app.');
});

// Yours to protect.
app.post('/users/:sub/disable', async ({ params }, response) => {
  const user = users.get(params.sub);
  if (user) user.disabled = true;
  await curfew.sessions.endAll(params.sub, 'account_disabled');
  response.sendStatus(204);
});

const http = app.listen(Number(port), '127.0.0.1', () => console.log(issuer));
process.once('SIGTERM', () => http.close(() => curfew.close()));
