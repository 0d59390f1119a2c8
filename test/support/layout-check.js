/**
 * What a reader at this window would miss: runs inside the page, and returns complaints in words. A page that scrolls
 * sideways, text that its box cuts off, what is drawn beside the window, and places that were not filled in.
 */
() => {
  const width = document.documentElement.clientWidth;
  const nameOf = (element) =>
    `<${element.tagName} class="${element.className}"> ${element.textContent.trim().slice(0, 40)}`;
  /** What only screen readers read is not drawn; an SVG draws by its own box; a field scrolls by itself. */
  const isSeen = (element) => !element.closest('.unseen, svg, input') && element.checkVisibility();
  const isBeside = (element) => {
    const { left, right } = element.getBoundingClientRect();
    return left < -0.5 || right > width + 0.5;
  };
  const isCutOff = (element) =>
    getComputedStyle(element).display !== 'inline' && element.scrollWidth > element.clientWidth + 1;
  const seen = [...document.querySelectorAll('body *')].filter(isSeen);
  return [
    ...[document.documentElement.scrollWidth]
      .filter((all) => all > width)
      .map((all) => `scrolls sideways: ${all} of ${width}`),
    ...seen.filter(isBeside).map((element) => `beside the window: ${nameOf(element)}`),
    ...seen.filter(isCutOff).map((element) => `cut off: ${nameOf(element)}`),
    ...(document.body.textContent.match(/\{\w+\}|\bundefined\b|\[object/gu) ?? []).map(
      (place) => `not filled in: ${place}`,
    ),
  ];
};
