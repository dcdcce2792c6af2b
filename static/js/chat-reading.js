// What has been on the screen counts as read, and is said to the server; who else has read and who is typing.
import { tell } from "./chat-server.js"

const SEEN_AFTER = 400 // ms on the screen
const PARTS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6] // of a message; a long one never stands on the screen whole
const TYPING_FOR = 4_000

export class Reading {
  constructor(view) {
    this.view = view
    this.read = this.asked = this.first = Number(view.dataset.read)
    this.eye = new IntersectionObserver((rows) => this.see(rows), { root: view.scroll, threshold: PARTS })
    // Of guests nobody keeps when they came.
    this.visit = () => "guest" in view.dataset || tell(`${view.dataset.base}visit/`, {})
    document.addEventListener("visibilitychange", this.visit)
    this.visit()
    view.addEventListener("live:typing", ({ detail }) => this.showTyping(detail))
    view.addEventListener("live:read", ({ detail }) => this.showRead(detail))
  }

  stop() {
    this.eye.disconnect()
    document.removeEventListener("visibilitychange", this.visit)
    clearTimeout(this.waiting)
  }

  watch(rows) {
    for (const row of rows) if (Number(row.dataset.seq) > this.read) this.eye.observe(row)
  }

  see(rows) {
    if (document.hidden) return
    const fills = ({ intersectionRatio: part, intersectionRect: shown, rootBounds: all }) =>
      part >= 0.6 || shown.height >= 0.6 * (all?.height ?? Infinity)
    const seen = rows.filter((each) => each.isIntersecting && fills(each)).map((each) => Number(each.target.dataset.seq))
    this.read = Math.max(this.read, ...seen)
    if (this.read > this.asked) this.waiting ||= setTimeout(() => this.say(), SEEN_AFTER)
    this.view.showDown()
  }

  async say() {
    this.waiting = 0
    this.asked = this.read
    await tell(`${this.view.dataset.base}read/`, { seq: this.asked, topic: this.view.topic })
  }

  showTyping({ member, name }) {
    if (String(member) === this.view.dataset.me) return
    const line = this.view.querySelector(".chat__typing")
    line.textContent = `${name} ${this.view.dataset.typing}`
    clearTimeout(this.typing)
    this.typing = setTimeout(() => (line.textContent = ""), TYPING_FOR)
  }

  showRead({ member, seq }) {
    const { dataset } = this.view
    if (String(member) === dataset.me) this.asked = this.read = Math.max(this.read, seq)
    else dataset.seen = Math.max(Number(dataset.seen), seq)
    this.view.draw()
  }
}
