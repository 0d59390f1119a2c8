/** Owns a real browser: Chromium, with a profile of its own, and an authenticator that answers as a phone would. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The one that CHROMIUM names, or the system's. */
export const chromiumPath = (): string | undefined => [process.env['CHROMIUM'] ?? '', ...PLACES].find(existsSync);

/** Nothing that speaks to anyone but the pages. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Authenticator {
  readonly id: string;
  readonly cdp: CDPSession;
}

export interface RealBrowser {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the pages complained of: refused scripts, failed loads. */
  readonly complaints: string[];
  close(): Promise<void>;
}

export const openBrowser = async ({ javaScript = true, width = 1280, dark = false } = {}): Promise<RealBrowser> => {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error('no Chromium');
  const profile = await mkdtemp(join(tmpdir(), 'curfew-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: ARGUMENTS,
    javaScriptEnabled: javaScript,
    viewport: { width, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
  });
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    // A wrong code is answered 422: Chromium writes that down as an error of the page.
    if (message.type() === 'error' && !message.text().includes('status of 4')) complaints.push(message.text());
  });
  return {
    context,
    page,
    complaints,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
};

/** A phone's built-in authenticator: it keeps passkeys, and says yes by itself. */
export const addAuthenticator = async ({ context, page }: RealBrowser): Promise<Authenticator> => {
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId: id } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { id, cdp };
};

/** Whether it answers by itself, and whether it is the right finger. */
export const setAuthenticator = async (
  { id: authenticatorId, cdp }: Authenticator,
  { answers, verified }: { readonly answers?: boolean; readonly verified?: boolean },
): Promise<void> => {
  if (verified !== undefined) await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: verified });
  if (answers !== undefined)
    await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled: answers });
};

export const credentialsOf = async ({ id, cdp }: Authenticator) =>
  (await cdp.send('WebAuthn.getCredentials', { authenticatorId: id })).credentials;
