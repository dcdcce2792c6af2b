// What the live parts of a page share: they ask for themselves anew when the stream tells of news, never by themselves.
// A subclass names its events in `news()` and takes the fresh page in `take(document)`.
const TOGETHER = 300; // ms: news that come together are asked for once
const FRESH = 3_000; // ms: a page whose stream opens within is as true as it came

export class LivePart extends HTMLElement {
  connectedCallback() {
    this.onNews = (event) => this.concerns(event.detail) && this.askSoon();
    this.onOpen = () => {
      if (this.wasOpen || performance.now() > FRESH) this.askSoon(); // something may have been missed
      this.wasOpen = true;
    };
    this.addEventListener(`live:${this.news()}`, this.onNews);
    this.addEventListener("live:open", this.onOpen);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.removeEventListener(`live:${this.news()}`, this.onNews);
    this.removeEventListener("live:open", this.onOpen);
  }

  concerns() {
    return true;
  }

  askSoon() {
    this.timer ||= setTimeout(() => this.ask(), TOGETHER);
  }

  async ask() {
    this.timer = 0;
    const answer = await fetch(this.dataset.source, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (answer?.ok) this.take(new DOMParser().parseFromString(await answer.text(), "text/html"));
  }

  // Let these parts say and show what the fresh ones do.
  follow(fresh, ...parts) {
    for (const part of parts) {
      const [ours, theirs] = [this.querySelector(part), fresh.querySelector(part)];
      if (!ours || !theirs) continue;
      ours.hidden = theirs.hidden;
      if (ours.textContent !== theirs.textContent) ours.textContent = theirs.textContent;
    }
  }
}
