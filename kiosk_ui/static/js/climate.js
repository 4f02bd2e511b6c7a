// The storage room's last day as two charts, the allowed band shaded; numbers stand in a table too.
const tokens = getComputedStyle(document.documentElement);
const colour = (name) => tokens.getPropertyValue(name).trim();

function band(low, high) {
  return (plot) => {
    const { ctx, bbox } = plot;
    const top = plot.valToPos(high, "y", true);
    const bottom = plot.valToPos(low, "y", true);
    ctx.save();
    ctx.fillStyle = colour("--bamboo-wash");
    ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
    ctx.restore();
  };
}

function draw(place) {
  const { times, values, low, high, unit } = JSON.parse(place.dataset.series);
  const axis = { stroke: colour("--ink-soft"), grid: { stroke: colour("--line"), width: 1 }, font: "14px Noto Sans CJK SC" };
  const seen = values.filter((value) => value !== null);
  const reach = [Math.min(low, ...seen) - 2, Math.max(high, ...seen) + 2];
  const plot = new uPlot({
    width: place.clientWidth,
    height: 220,
    legend: { show: false },
    cursor: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Asia/Shanghai"),
    scales: { y: { range: reach } },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map((at) => new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hour12: false }).format(at * 1000)) },
      { ...axis, size: 64, values: (_, ticks) => ticks.map((value) => `${value}${unit}`) },
    ],
    series: [{}, { stroke: colour("--azurite"), width: 2, points: { show: false } }],
    hooks: { drawClear: [band(low, high)] },
  }, [times, values], place);
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: 220 })).observe(place);
}

function drawAll() {
  for (const place of document.querySelectorAll("[data-series]:not(:has(.uplot))")) draw(place);
}

drawAll();
document.addEventListener("htmx:after:swap", drawAll);
