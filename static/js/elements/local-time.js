// <local-time><time datetime="...">server's text</time></local-time>: adds "3 minutes ago" for the last day.
const STEPS = [
  [60, 1, "second"],
  [3600, 60, "minute"],
  [86400, 3600, "hour"],
];

class LocalTime extends HTMLElement {
  connectedCallback() {
    this.time = this.querySelector("time");
    if (!this.time) return;
    this.exact = this.time.textContent.trim();
    if (!this.time.title) this.time.title = this.exact;
    this.show();
    this.timer = setInterval(() => this.show(), 30_000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  show() {
    const seconds = (Date.parse(this.time.dateTime) - Date.now()) / 1000;
    const step = STEPS.find(([limit]) => Math.abs(seconds) < limit);
    if (!step) {
      this.time.textContent = this.exact;
      return;
    }
    const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
    this.time.textContent = words.format(Math.round(seconds / step[1]), step[2]);
  }
}

customElements.define("local-time", LocalTime);
