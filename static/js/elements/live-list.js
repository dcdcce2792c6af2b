// <live-list data-live-channel>: a list of orders that follows `orders-changed`: it asks for the page that is shown,
// with its filters and its order, so rows enter, leave and change their places as a reload would have them.
import { LivePart } from "./live-part.js";

const APART = 1_000; // ms between two questions

class LiveList extends LivePart {
  news() {
    return "orders-changed";
  }

  askSoon() {
    const pause = Math.max(150, (this.last || 0) + APART - performance.now());
    this.timer ||= setTimeout(() => this.ask(), pause);
  }

  async ask() {
    this.last = performance.now();
    this.timer = 0;
    const address = location.href;
    const headers = { "HX-Request": "true", "HX-Target": "list-results" };
    const answer = await fetch(address, { headers }).catch(() => null);
    if (!answer?.ok || address !== location.href) return; // the reader has gone on meanwhile
    this.take(new DOMParser().parseFromString(await answer.text(), "text/html"));
  }

  take(fresh) {
    const [ours, theirs] = [this, fresh].map((page) => page.querySelector(".rows tbody"));
    if (!ours || !theirs) {
      const results = fresh.querySelector("#list-results");
      if (results) this.querySelector("#list-results")?.replaceWith(results);
    } else {
      const link = (row) => row.querySelector(".rows__link")?.getAttribute("href");
      const before = new Map([...ours.rows].map((row) => [link(row), row.innerHTML]));
      const held = document.activeElement?.closest?.(".rows__link")?.getAttribute("href");
      for (const row of theirs.rows) row.classList.toggle("is-fresh", before.get(link(row)) !== row.innerHTML);
      ours.replaceChildren(...theirs.rows);
      if (held) this.querySelector(`.rows__link[href="${held}"]`)?.focus({ preventScroll: true });
      const [foot, newFoot] = [this, fresh].map((page) => page.querySelector(".list-footer"));
      if (foot && newFoot) foot.replaceWith(newFoot);
    }
    htmx.process(this);
  }
}

customElements.define("live-list", LiveList);
