/** Draws lines over two logarithmic axes, as SVG: panels side by side that share the vertical axis. */

const panelWidth = 400;
const panelHeight = 340;
const margin = { top: 78, bottom: 62, left: 64, between: 80, right: 96 };
const styles = {
  bowline: { color: "#0072b2", marker: "circle", width: 3 },
  "grpc-js": { color: "#d55e00", marker: "square" },
  "grpc-go": { color: "#009e73", marker: "triangle" },
  tonic: { color: "#cc79a7", marker: "diamond" },
  connectrpc: { color: "#a67800", marker: "square" },
};
const otherStyle = { color: "#555555", marker: "circle" };
const labelGap = 13;

/** `panels`: `{ subtitle, series: [{ name, points: [{ x, y }] }] }`. */
export function drawFigure({ title, about, xTitle, xLabel, panels }) {
  const values = panels.flatMap(({ series }) => series.flatMap(({ points }) => points));
  const scale = logScale(values.map(({ y }) => y));
  const width = margin.left + panels.length * (panelWidth + margin.right) + margin.between;
  const height = margin.top + panelHeight + margin.bottom;
  const parts = panels.map((panel, i) => {
    const left = margin.left + i * (panelWidth + margin.right + margin.between / 2);
    return drawPanel(panel, { left, scale, xTitle, xLabel });
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="${title}; ${about}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(margin.left - 44, 26, title, { size: 17, weight: 600 }),
    text(margin.left - 44, 46, `${about}; both axes are logarithmic, lower is cheaper`, {
      color: "#555555",
    }),
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function logScale(values) {
  const least = Math.min(...values);
  const most = Math.max(...values);
  const decades = Array.from({ length: 16 }, (_, i) => 10 ** (i - 8));
  const all = decades.flatMap((tick) => [1, 2, 5].map((factor) => factor * tick));
  const low = all.findLast((tick) => tick <= least);
  const high = all.find((tick) => tick >= most);
  const span = Math.log(high / low);
  const at = (y) => panelHeight - (Math.log(y / low) / span) * panelHeight;
  const shown = all.filter((tick) => tick >= low && tick <= high);
  return {
    at,
    ticks: shown.filter((tick) => decades.includes(tick)),
    between: shown.filter((tick) => !decades.includes(tick)),
  };
}

function drawPanel({ subtitle, series }, { left, scale, xTitle, xLabel }) {
  const xs = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))];
  const span = Math.log(xs.at(-1)) - Math.log(xs[0]);
  const atX = (x) => ((Math.log(x) - Math.log(xs[0])) / span) * panelWidth;
  const lines = series.map(({ name, points }) => drawSeries(name, points, atX, scale.at));
  return [
    `<g transform="translate(${left} ${margin.top})">`,
    text(0, -10, subtitle, { color: "#333333", weight: 600 }),
    ...scale.between.map((y) => horizontal(scale.at(y), "#f0f0f0")),
    ...scale.ticks.map((y) => horizontal(scale.at(y), "#d0d0d0")),
    ...[...scale.ticks, ...scale.between].map((y) =>
      text(-8, scale.at(y) + 4, numberLabel(y), { anchor: "end", color: "#555555" }),
    ),
    ...xs.map((x) => text(atX(x), panelHeight + 20, xLabel(x), { anchor: "middle" })),
    text(panelWidth / 2, panelHeight + 44, xTitle, { anchor: "middle", color: "#555555" }),
    ...lines,
    ...endLabels(series, scale.at),
    "</g>",
  ].join("\n");
}

const numberLabel = (y) => String(Number(y.toPrecision(1)));

const horizontal = (y, color) =>
  `<line x1="0" x2="${panelWidth}" y1="${round(y)}" y2="${round(y)}" stroke="${color}"/>`;

function drawSeries(name, points, atX, atY) {
  const { color, marker, width = 1.75 } = styles[name] ?? otherStyle;
  const places = points.map(({ x, y }) => [round(atX(x)), round(atY(y))]);
  const line = `<polyline points="${places.map((place) => place.join(",")).join(" ")}" fill="none" stroke="${color}" stroke-width="${width}"/>`;
  return [line, ...places.map(([x, y]) => drawMarker(marker, x, y, color))].join("\n");
}

const outlines = {
  square: "M-4 -4H4V4H-4Z",
  triangle: "M0 -5L5 4H-5Z",
  diamond: "M0 -5.5L5.5 0L0 5.5L-5.5 0Z",
};

function drawMarker(marker, x, y, color) {
  return marker === "circle"
    ? `<circle cx="${x}" cy="${y}" r="4.5" fill="${color}"/>`
    : `<path transform="translate(${x} ${y})" d="${outlines[marker]}" fill="${color}"/>`;
}

/** Names at the lines' right ends, moved apart where they would cover each other. */
function endLabels(series, atY) {
  const labels = series
    .map(({ name, points }) => ({ name, y: atY(points.at(-1).y) }))
    .sort((a, b) => a.y - b.y);
  for (let i = 1; i < labels.length; i++)
    labels[i].y = Math.max(labels[i].y, labels[i - 1].y + labelGap);
  return labels.map(({ name, y }) =>
    text(panelWidth + 12, y + 4, name, { color: (styles[name] ?? otherStyle).color, weight: 600 }),
  );
}

function text(x, y, content, { anchor = "start", color = "#111111", size, weight } = {}) {
  const extra = [size && `font-size="${size}"`, weight && `font-weight="${weight}"`];
  const attributes = [`x="${round(x)}"`, `y="${round(y)}"`, `fill="${color}"`, ...extra];
  if (anchor !== "start") attributes.push(`text-anchor="${anchor}"`);
  return `<text ${attributes.filter(Boolean).join(" ")}>${content}</text>`;
}

const round = (value) => Number(value.toFixed(1));
