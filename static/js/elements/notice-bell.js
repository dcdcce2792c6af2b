// <notice-bell data-live-channel data-source>: counts anew when the stream tells of news, never by itself.
const TOGETHER = 200; // ms: news that come together are asked for once
const FRESH = 3_000; // ms: a page whose stream opens within is as true as it came
class NoticeBell extends HTMLElement {
  connectedCallback() {
    this.onNews = () => (this.timer ||= setTimeout(() => this.ask(), TOGETHER));
    this.onOpen = () => {
      if (this.wasOpen || performance.now() > FRESH) this.onNews(); // something may have been missed
      this.wasOpen = true;
    };
    this.addEventListener("live:notice", this.onNews);
    this.addEventListener("live:open", this.onOpen);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.removeEventListener("live:notice", this.onNews);
    this.removeEventListener("live:open", this.onOpen);
  }

  async ask() {
    this.timer = 0;
    const answer = await fetch(this.dataset.source, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of [".bell__count", ".bell__words"]) {
      const [ours, theirs] = [this.querySelector(part), fresh.querySelector(part)];
      if (!ours || !theirs) continue;
      ours.hidden = theirs.hidden;
      if (ours.textContent !== theirs.textContent) ours.textContent = theirs.textContent;
    }
  }
}

customElements.define("notice-bell", NoticeBell);
