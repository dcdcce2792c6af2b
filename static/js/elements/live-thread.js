// <live-thread data-live-channel data-source>: a talk that follows when somebody writes; what one is typing stays.
import { LivePart } from "./live-part.js";

class LiveThread extends LivePart {
  news() {
    return "thread";
  }

  take(fresh) {
    const [ours, theirs] = [this, fresh].map((part) => part.querySelector(".thread__entries"));
    if (!ours || !theirs) return;
    const known = new Set([...ours.children].map((row) => row.id));
    for (const row of theirs.children) if (row.id && !known.has(row.id)) row.classList.add("post--fresh");
    ours.replaceChildren(...theirs.childNodes);
  }
}

customElements.define("live-thread", LiveThread);
