// <line-chart data-chart='{"labels": [...], "series": [{"name": "...", "values": ["1.00", ...]}]}'>: lines over labels,
// in the colours of the page. The figures stand in the attribute as the server has them.
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

class LineChart extends HTMLElement {
  async connectedCallback() {
    const echarts = await import(new URL("../../vendor/echarts/echarts.esm.min.mjs", import.meta.url));
    if (!this.isConnected) return;
    this.chart = echarts.init(this);
    this.show();
    this.size = new ResizeObserver(() => this.chart.resize());
    this.size.observe(this);
    this.theme = new MutationObserver(() => this.show());
    this.theme.observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  }

  disconnectedCallback() {
    this.size?.disconnect();
    this.theme?.disconnect();
    this.chart?.dispose();
  }

  show() {
    const { labels, series } = JSON.parse(this.dataset.chart);
    const [text, line] = [getComputedStyle(this).color, colour("--brand-main")];
    const format = new Intl.NumberFormat(document.documentElement.lang);
    this.chart.setOption({
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      color: [line, colour("--brand-accent"), "#0d9488", "#7c3aed"],
      grid: { bottom: 28, left: 8, right: 12, top: series.length > 1 ? 32 : 12, containLabel: true },
      legend: series.length > 1 ? { textStyle: { color: text } } : undefined,
      series: series.map(({ name, values }) => ({ name, type: "line", data: values.map(Number), smooth: false })),
      textStyle: { color: text, fontFamily: "inherit" },
      tooltip: { trigger: "axis", valueFormatter: (value) => format.format(value), confine: true },
      xAxis: { type: "category", data: labels, axisLabel: { color: text } },
      yAxis: { type: "value", axisLabel: { color: text, formatter: (value) => format.format(value) } },
    });
  }
}

customElements.define("line-chart", LineChart);
