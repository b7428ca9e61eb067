// Draw the charts of a page from the data each carries with it.  The table below a chart holds the same numbers: without
// scripts, or where drawing fails, nothing is missing.
"use strict";
for (const figure of document.querySelectorAll("figure[data-chart]")) {
  const data = JSON.parse(figure.dataset.chart);
  const place = figure.querySelector(".chart");
  const lines = data.kind === "lines";
  const across = !lines && (data.names.length > 8 || data.names.some((name) => name.length > 8));
  const rows = data.names.length * Math.max(1, data.series.length);
  figure.hidden = false;
  if (across) place.classList.add(rows > 60 ? "tallest" : rows > 20 ? "taller" : rows > 8 ? "tall" : "wide");
  const values = data.series.flatMap((series) => series.values).filter((value) => value !== null);
  const names = { type: "category", data: data.names, inverse: across, axisLabel: { interval: across ? 0 : "auto", hideOverlap: true } };
  const percent = {
    type: "value", min: Math.min(0, ...values), max: Math.max(100, ...values), axisLabel: { formatter: "{value} %" },
  };
  const font = getComputedStyle(document.body).fontFamily;
  const chart = echarts.init(place, null, { renderer: "svg", locale: "ZH" });
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: font },
    aria: { enabled: true, label: { description: `${figure.querySelector("figcaption").textContent.trim()}. ${data.told}` }, decal: { show: true } },
    tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: (value) => (value === null || value === undefined ? "—" : value.toFixed(2) + " %") },
    legend: { show: data.series.length > 1, type: "scroll", top: 0 },
    grid: { left: 8, right: 56, top: data.series.length > 1 ? 36 : 12, bottom: 8, containLabel: true },
    xAxis: across ? percent : names,
    yAxis: across ? names : percent,
    series: data.series.map((series, nth) => ({
      name: series.name,
      type: lines ? "line" : "bar",
      data: series.values,
      symbol: ["circle", "rect", "triangle", "diamond", "emptyCircle", "emptyRect", "emptyTriangle", "emptyDiamond"][nth % 8],
      symbolSize: 8,
      lineStyle: { type: ["solid", "dashed", "dotted"][nth % 3], width: 2 },
      connectNulls: false,
      barMaxWidth: 28,
      label: {
        show: data.series.length === 1 && rows <= 60, position: across ? "right" : "top", fontFamily: font,
        formatter: (point) => (point.value === null || point.value === undefined ? "" : point.value.toFixed(2)),
      },
      labelLayout: { hideOverlap: true },
    })),
  });
  addEventListener("resize", () => chart.resize());
}
