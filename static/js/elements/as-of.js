// <as-of data-source data-state data-late-at data-ask data-word>: the light beside figures of a source. When its time
// has run out it asks how the source stands; without an answer it turns late. Figures of that source follow it.
const AGAIN = 60_000; // ms: while late, and at most this often
const LONGEST = 300_000; // ms: a source may stand still before its time has run out
let asked = null; // all lights of a page share one question

function ask(url) {
  asked ||= fetch(url, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : {}))
    .catch(() => ({}))
    .finally(() => setTimeout(() => (asked = null), 1_000));
  return asked;
}

class AsOf extends HTMLElement {
  connectedCallback() {
    this.show(this.dataset.state);
    this.wait();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  get isOver() {
    return Boolean(this.dataset.lateAt) && Date.parse(this.dataset.lateAt) <= Date.now();
  }

  wait() {
    const left = this.dataset.lateAt ? Date.parse(this.dataset.lateAt) - Date.now() : LONGEST;
    const pause = this.dataset.state === "fresh" ? Math.max(0, Math.min(left, LONGEST)) : AGAIN;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), pause + Math.random() * 1_000);
  }

  async look() {
    const told = (await ask(this.dataset.ask))[this.dataset.source];
    if (!this.isConnected) return;
    if (told) {
      this.dataset.lateAt = told.late_at;
      this.querySelector(".as-of__when").innerHTML = told.text;
    }
    this.show(told?.state ?? (this.isOver ? "late" : this.dataset.state));
    this.wait();
  }

  show(state) {
    this.dataset.state = state;
    this.className = `as-of as-of--${state}`;
    for (const words of this.querySelectorAll("[data-when]")) words.hidden = words.dataset.when !== state;
    const stale = state === "late" || state === "stopped";
    for (const figure of document.querySelectorAll(`[data-fed="${CSS.escape(this.dataset.source)}"]`)) {
      if (stale) figure.dataset.stale = this.dataset.word;
      else delete figure.dataset.stale;
    }
  }
}

customElements.define("as-of", AsOf);
