/*
 * Run inside a page: each is sent as its own text, so none may use anything of this module.
 */

/** The page, where it is wider than its window, and what sticks out. */
export function sidewaysScroll(): string[] {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const wide = [...document.querySelectorAll('body *')].filter(
    (element) => element.getBoundingClientRect().right > clientWidth && !element.closest('.scroll, pre'),
  );
  return [`${scrollWidth} > ${clientWidth}`, ...wide.slice(0, 5).map(({ outerHTML }) => outerHTML.slice(0, 80))];
}

/** Pictures without size; those of the other width are not displayed at all. */
export function emptyPictures(): string[] {
  const shown = [...document.querySelectorAll('figure')].filter((figure) => figure.checkVisibility());
  return shown.flatMap((figure) => {
    const pictures = [...figure.querySelectorAll('svg, img')].filter((picture) => {
      const { width, height } = picture.getBoundingClientRect();
      return width > 20 && height > 20;
    });
    const images = [...figure.querySelectorAll('image')].filter(
      (image) => image.checkVisibility() && image.getBoundingClientRect().width < 1,
    );
    return pictures.length === 0 || images.length > 0 ? [figure.outerHTML.slice(0, 120)] : [];
  });
}

/** Texts that reach beyond the edge of their figure by more than a pixel. */
export function textsOutside(): string[] {
  return [...document.querySelectorAll('svg text')].flatMap((text) => {
    const frame = text.closest('svg')?.getBoundingClientRect();
    const box = text.getBoundingClientRect();
    if (!frame || box.width === 0) return [];
    const beyond = Math.max(
      frame.left - box.left,
      box.right - frame.right,
      frame.top - box.top,
      box.bottom - frame.bottom,
    );
    const figure = text.closest('svg')?.getAttribute('aria-label');
    return beyond > 1 ? [`"${text.textContent}" of "${figure}" by ${beyond.toFixed(1)} px`] : [];
  });
}

/** Pairs of texts within one figure that share more than a pixel in both directions. */
export function overlappingTexts(): string[] {
  const found: string[] = [];
  for (const svg of document.querySelectorAll('svg')) {
    const texts = [...svg.querySelectorAll('text')]
      .filter(({ textContent }) => textContent?.trim())
      .map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0);
    for (const [i, a] of texts.entries()) {
      for (const b of texts.slice(i + 1)) {
        const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        if (across > 1 && down > 1) {
          const by = `${across.toFixed(1)} × ${down.toFixed(1)} px`;
          found.push(`"${a.text}" and "${b.text}" in "${svg.getAttribute('aria-label')}" by ${by}`);
        }
      }
    }
  }
  return found;
}

/** Tables whose last column cannot be brought into view, or with a cell whose words run out of it. */
export function cutTables(): string[] {
  return [...document.querySelectorAll('table')].flatMap((table) => {
    const name = `table "${table.tHead?.textContent?.slice(0, 60)}"`;
    const frame = table.closest('.scroll');
    if (!frame) return [`${name}: no frame to scroll`];
    frame.scrollLeft = frame.scrollWidth;
    const [inner, outer] = [table.getBoundingClientRect(), frame.getBoundingClientRect()];
    const reaches = inner.right <= outer.right + 1;
    frame.scrollLeft = 0;
    const cells = [...table.querySelectorAll('th, td')].filter((cell) => cell.scrollWidth > cell.clientWidth + 1);
    return [
      ...(reaches ? [] : [`${name}: its last column stays hidden`]),
      ...cells.slice(0, 3).map((cell) => `${name}: "${cell.textContent?.trim().slice(0, 40)}" runs out of its cell`),
    ];
  });
}

export function headingLevels(): number[] {
  return [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(({ tagName }) => Number(tagName[1]));
}

/** Links within the page that lead nowhere, and names given twice. */
export function brokenLinks(): string[] {
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  const twice = ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `twice: ${id}`);
  const links = [...document.querySelectorAll('a')].map((link) => link.getAttribute('href') ?? '');
  const broken = links.filter(
    (href) => !href.startsWith('#') || !document.getElementById(decodeURIComponent(href.slice(1))),
  );
  return [...new Set([...twice, ...broken.filter((href) => !/^https?:/.test(href))])];
}

/** What has the focus, and whether a reader sees that. */
export function focusOf(): { link: string; visible: boolean } {
  const focused = document.activeElement as HTMLElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(focused);
  const box = focused.getBoundingClientRect();
  const inWindow = box.bottom > 0 && box.top < window.innerHeight;
  return {
    link: focused.getAttribute('href') ?? focused.className,
    visible: inWindow && outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1,
  };
}

/** Targets of all links in the order of the page. */
export function linkTargets(): string[] {
  return [...document.querySelectorAll('a[href]')].map((link) => link.getAttribute('href') ?? '');
}
