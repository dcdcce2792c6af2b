// <notice-bell data-live-channel data-source>: counts anew when the stream tells of news, never by itself.
import { LivePart } from "./live-part.js";

class NoticeBell extends LivePart {
  news() {
    return "notice";
  }

  take(fresh) {
    this.follow(fresh, ".bell__count", ".bell__words");
  }
}

customElements.define("notice-bell", NoticeBell);
