/** Owns a person who has no mouse: Tab, Enter and Space, and an eye on where the focus is. */
import type { RealBrowser } from './chromium.ts';

interface Focus {
  /** What a screen reader calls it: its label, or what is written on it. */
  readonly name: string;
  /** A ring around it that is seen: at least two pixels. */
  readonly ring: boolean;
  /** In the window, at all. */
  readonly inView: boolean;
}

const FOCUS = `(() => {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const { top, bottom } = element.getBoundingClientRect();
  const label = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent;
  return {
    name: element === document.body ? '' : label.trim().replace(/\\s+/gu, ' '),
    ring: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
    inView: bottom > 0 && top < innerHeight,
  };
})()`;

export const focusOf = ({ page }: RealBrowser): Promise<Focus> => page.evaluate<Focus>(FOCUS);

/** Tab goes on from where the focus was last, unless it is put before everything. */
const TO_THE_TOP = `document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')`;

const MOST_STOPS = 60;

/** Every stop from the top of the page to its end, in the order in which Tab comes to it. */
export const stopsOf = async (browser: RealBrowser): Promise<readonly Focus[]> => {
  await browser.page.evaluate(TO_THE_TOP);
  const stops: Focus[] = [];
  for (let presses = 0; presses < MOST_STOPS; presses += 1) {
    await browser.page.keyboard.press('Tab');
    const focus = await focusOf(browser);
    if (focus.name === '') return stops;
    stops.push(focus);
  }
  throw new Error(`the focus does not leave the page: ${stops.map(({ name }) => name).join(', ')}`);
};

/** Presses Tab until the control of this name has the focus, and then the key. */
export const press = async (browser: RealBrowser, name: string, key: 'Enter' | 'Space'): Promise<void> => {
  for (let presses = 0; presses < MOST_STOPS; presses += 1) {
    if ((await focusOf(browser)).name === name) return browser.page.keyboard.press(key);
    await browser.page.keyboard.press('Tab');
  }
  throw new Error(`Tab never comes to ${name}`);
};
