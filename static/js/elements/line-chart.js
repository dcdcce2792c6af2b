// <line-chart data-chart='{"kind": "line", "labels": [...], "series": [{"name": "...", "values": ["1.00", ...]}]}'>:
// figures over labels, in the colours of the page: a "line" (the usual), "bar", "stack" or "funnel". They stand in the
// attribute as the server has them; a series with `urls` opens the one of the figure that is clicked.
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

class LineChart extends HTMLElement {
  async connectedCallback() {
    const echarts = await import(new URL("../../vendor/echarts/echarts.esm.min.mjs", import.meta.url));
    if (!this.isConnected) return;
    this.chart = echarts.init(this);
    this.chart.on("click", ({ seriesIndex, dataIndex }) => this.open(seriesIndex, dataIndex));
    this.show();
    this.size = new ResizeObserver(() => this.chart.resize());
    this.size.observe(this);
    this.theme = new MutationObserver(() => this.show());
    this.theme.observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
    this.dataset.ready = "";
  }

  disconnectedCallback() {
    this.size?.disconnect();
    this.theme?.disconnect();
    this.chart?.dispose();
  }

  open(series, place) {
    const url = JSON.parse(this.dataset.chart).series[series]?.urls?.[place];
    if (url) location.assign(url);
  }

  show() {
    const { kind = "line", labels, series } = JSON.parse(this.dataset.chart);
    const [text, line] = [getComputedStyle(this).color, colour("--brand-main")];
    const format = new Intl.NumberFormat(document.documentElement.lang);
    const drawn = ({ name, values, urls }) => {
      const cursor = urls ? "pointer" : "default";
      if (kind !== "funnel") return { name, type: kind === "line" ? "line" : "bar", stack: kind === "stack" ? "all" : undefined, data: values.map(Number), smooth: false, barMaxWidth: 48, cursor };
      const data = values.map((value, place) => ({ name: labels[place], value: Number(value) }));
      return { name, type: "funnel", sort: "none", data, label: { position: "inside" }, left: 8, right: 8, cursor };
    };
    const axes = {
      grid: { bottom: 8, left: 8, right: 12, top: series.length > 1 ? 32 : 12, containLabel: true },
      xAxis: { type: "category", data: labels, axisLabel: { color: text, hideOverlap: true } },
      yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: colour("--line") } }, axisLabel: { color: text, formatter: (value) => format.format(value) } },
    };
    const shown = kind === "funnel" ? series.slice(0, 1) : series;
    this.chart.setOption({
      ...(kind === "funnel" ? {} : axes),
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      color: [line, colour("--brand-accent"), "#0d9488", "#7c3aed", "#be185d", "#4d7c0f"],
      legend: shown.length > 1 ? { type: "scroll", top: 0, textStyle: { color: text } } : undefined,
      series: shown.map(drawn),
      textStyle: { color: text, fontFamily: "inherit" },
      // Its usual boxes bear styles of their own, which the policy of pages refuses.
      tooltip: { renderMode: "richText", trigger: kind === "funnel" ? "item" : "axis", valueFormatter: (value) => format.format(value), confine: true },
    });
  }
}

customElements.define("line-chart", LineChart);
