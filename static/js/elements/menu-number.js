// <menu-number data-live-channel data-source data-event>: the number beside an entry of the menus; it counts anew when
// the stream tells of news. Of two drawings (sidebar, foot of a phone's page) only the visible one asks.
const TOGETHER = 300; // ms: news that come together are asked for once
const FRESH = 3_000; // ms: a page whose stream opens within is as true as it came
class MenuNumber extends HTMLElement {
  connectedCallback() {
    this.onNews = () => (this.timer ||= setTimeout(() => this.ask(), TOGETHER));
    this.onOpen = () => {
      if (this.wasOpen || performance.now() > FRESH) this.onNews(); // something may have been missed
      this.wasOpen = true;
    };
    this.addEventListener(`live:${this.dataset.event}`, this.onNews);
    this.addEventListener("live:open", this.onOpen);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.removeEventListener(`live:${this.dataset.event}`, this.onNews);
    this.removeEventListener("live:open", this.onOpen);
  }

  async ask() {
    this.timer = 0;
    if (!this.checkVisibility()) return;
    const answer = await fetch(this.dataset.source, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of [".menu-number__figure", ".menu-number__words"]) {
      const [ours, theirs] = [this.querySelector(part), fresh.querySelector(part)];
      if (!ours || !theirs) continue;
      ours.hidden = theirs.hidden;
      if (ours.textContent !== theirs.textContent) ours.textContent = theirs.textContent;
    }
  }
}

customElements.define("menu-number", MenuNumber);
