// Lines over time.
import { html, useEffect, useRef } from './vendor/preact.js';
import uPlot from './vendor/uplot.js';

const HEIGHT = 190;
const SHORTEST = 60; // seconds
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function options(width, lines, unit, whole) {
  const axis = {
    stroke: css('--quiet'),
    grid: { stroke: css('--line'), width: 1 },
    ticks: { stroke: css('--line'), width: 1 },
  };
  return {
    width,
    height: HEIGHT,
    cursor: { drag: { x: false, y: false } },
    scales: {
      y: { range: (plot, least, most) => [0, Math.max(whole ? 4 : 1, most * 1.1)] },
    },
    axes: [axis, { ...axis, size: 66, values: (plot, all) => all.map((one) => (whole && one % 1 !== 0 ? '' : unit(one))) }],
    series: [
      {},
      ...lines.map((line) => ({
        label: line.label,
        stroke: css(line.colour),
        width: 2,
        spanGaps: true,
        value: (plot, value) => (value === null || value === undefined ? '–' : unit(value)),
      })),
    ],
  };
}

// A time before the first one as well: around a single time there would be a scale of years.
function columns(points, lines) {
  const times = points.map((point) => Date.parse(point.at) / 1000);
  return [
    [times[0] - SHORTEST, ...times],
    ...lines.map((line) => [null, ...points.map((point) => line.value(point) ?? null)]),
  ];
}

// lines: [{label, colour: a custom property of the style, value: point → number or nothing}];
// whole: whether there are no parts of what is counted
export function Chart({ title, points, lines, unit, whole, theme }) {
  const place = useRef(null);
  const plot = useRef(null);
  const shape = lines.map((line) => line.label).join('|') + theme;
  useEffect(() => {
    const width = () => Math.max(200, place.current.clientWidth);
    const drawn = new uPlot(options(width(), lines, unit, whole), columns(points, lines), place.current);
    const resized = new ResizeObserver(() => drawn.setSize({ width: width(), height: HEIGHT }));
    resized.observe(place.current);
    plot.current = drawn;
    return () => {
      resized.disconnect();
      drawn.destroy();
    };
  }, [shape]);
  useEffect(() => plot.current.setData(columns(points, lines)), [points, shape]);
  const last = points[points.length - 1];
  const now = lines.map((line) => {
    const value = last && line.value(last);
    return line.label + ' ' + (value === undefined || value === null ? 'unknown' : unit(value));
  });
  return html`
    <section class="panel">
      <h2>${title}</h2>
      <div ref=${place} role="img" aria-label=${title + ': now ' + now.join(', ')}></div>
    </section>`;
}
