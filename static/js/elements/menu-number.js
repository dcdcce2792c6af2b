// <menu-number data-live-channel data-source data-event>: the number beside an entry of the menus; it counts anew when
// the stream tells of news. Of two drawings (sidebar, foot of a phone's page) only the visible one asks.
import { LivePart } from "./live-part.js";

class MenuNumber extends LivePart {
  news() {
    return this.dataset.event;
  }

  async ask() {
    if (this.checkVisibility()) await super.ask();
    this.timer = 0;
  }

  take(fresh) {
    this.follow(fresh, ".menu-number__figure", ".menu-number__words");
  }
}

customElements.define("menu-number", MenuNumber);
