package dev.omniq.dashboard;

/** Finds texts whose contrast with what is behind them is too low by WCAG 2.2, 1.4.3 (AA). */
final class Contrast {
  /** Returns what is wrong, a line each; nothing if all is well. */
  static final String SCRIPT =
      """
      const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
      const light = (rgb) => {
        const [r, g, b] = rgb.map((one) => {
          const part = one / 255;
          return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const behind = (element) => {
        for (let at = element; at; at = at.parentElement) {
          const colour = parse(getComputedStyle(at).backgroundColor);
          if (colour.length === 3 || colour[3] === 1) return colour.slice(0, 3);
        }
        return [255, 255, 255];
      };
      const wrong = [];
      for (const element of document.querySelectorAll('body *')) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        const style = getComputedStyle(element);
        if (!own || element.disabled || !element.getClientRects().length) continue;
        const one = light(parse(style.color).slice(0, 3));
        const other = light(behind(element));
        const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        if (contrast < (large ? 3 : 4.5)) {
          wrong.push(element.tagName + '.' + element.className + ' "' + element.textContent.slice(0, 30)
            + '": ' + contrast.toFixed(2));
        }
      }
      return wrong.join('\\n');
      """;

  private Contrast() {}
}
