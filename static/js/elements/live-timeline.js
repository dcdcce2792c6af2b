// <live-timeline data-live-channel data-entity data-source>: the lists of a timeline; they follow when the stream tells
// that something was written down. What was loaded further down stays, and so does what one is typing above.
const TOGETHER = 300; // ms: entries that come together are asked for once
const FRESH = 3_000; // ms: a page whose stream opens within is as true as it came

class LiveTimeline extends HTMLElement {
  connectedCallback() {
    this.onNews = ({ detail }) => {
      // Entries for few are told to their readers by name, with all whom they are about.
      if (!detail.entities || detail.entities.includes(Number(this.dataset.entity))) this.askSoon();
    };
    this.onOpen = () => {
      if (this.wasOpen || performance.now() > FRESH) this.askSoon(); // something may have been missed
      this.wasOpen = true;
    };
    this.addEventListener("live:history", this.onNews);
    this.addEventListener("live:open", this.onOpen);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.removeEventListener("live:history", this.onNews);
    this.removeEventListener("live:open", this.onOpen);
  }

  askSoon() {
    this.timer ||= setTimeout(() => this.ask(), TOGETHER);
  }

  async ask() {
    this.timer = 0;
    const answer = await fetch(this.dataset.source, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("live-timeline");
    if (!page) return;
    const fresh = [...page.querySelectorAll("li[id]")].filter((row) => !document.getElementById(row.id));
    fresh.forEach((row) => row.classList.add("activity--fresh"));
    const isLonger = this.querySelectorAll("li[id]").length > page.querySelectorAll("li[id]").length;
    if (isLonger || this.contains(document.activeElement)) {
      this.querySelector(".timeline__entries:last-of-type")?.prepend(...fresh);
    } else {
      this.replaceChildren(...page.childNodes);
    }
    htmx.process(this);
  }
}

customElements.define("live-timeline", LiveTimeline);
