/** Owns what a user agent says of the browser and the device, as far as a person would. All pure. */

type Rows = ReadonlyArray<readonly [RegExp, string]>;

const PLATFORMS: Rows = [
  [/iPad|iPhone|iPod/, 'iOS'],
  [/Android/, 'Android'],
  [/Macintosh/, 'macOS'],
  [/Windows/, 'Windows'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

/** Most call themselves by others' names as well: the one that nobody else uses comes first. */
const BROWSERS: Rows = [
  [/Edg(?:e|A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];

const found = (rows: Rows, text: string): string | undefined => rows.find(([pattern]) => pattern.test(text))?.[1];

/** "Android"; nothing where it says nothing. */
export const platformOf = (userAgent: string): string | undefined => found(PLATFORMS, userAgent);

export const browserOf = (userAgent: string): string | undefined => found(BROWSERS, userAgent);

const APP_ON = 'App on ';
const UNKNOWN = 'Unknown device';

/** What a device is called that its app gives no name. */
export const platformName = (userAgent: string): string => {
  const platform = platformOf(userAgent);
  return platform === undefined ? UNKNOWN : `${APP_ON}${platform}`;
};

/** Whether a device's name is one that the app gave; else what it runs on, where that is known. */
export const readDeviceName = (
  name: string,
): { readonly isGiven: true } | { readonly isGiven: false; readonly platform: string | undefined } => {
  if (name === UNKNOWN) return { isGiven: false, platform: undefined };
  const platform = name.startsWith(APP_ON) ? name.slice(APP_ON.length) : '';
  return PLATFORMS.some(([, known]) => known === platform) ? { isGiven: false, platform } : { isGiven: true };
};

/** "Firefox on Linux", for programs; a page says it in the words of its reader. */
export const browserName = (userAgent: string): string => {
  const browser = browserOf(userAgent);
  const platform = platformOf(userAgent);
  if (browser === undefined) return platformName(userAgent);
  return platform === undefined ? browser : `${browser} on ${platform}`;
};
