// <chat-view data-base data-me data-rev data-read>: an open chat. It follows the stream, asks for what it missed, loads
// more where one scrolls to, and says what has been on the screen.
import { apply, dress, ends } from "../chat.js"
import { ask, catchUp } from "../chat-server.js"
import { Composer } from "../chat-composer.js"
import { Choosing } from "../chat-choosing.js"
import { MessageActs } from "../chat-acts.js"
import { Times } from "../chat-times.js"
import { Reading } from "../chat-reading.js"
import { Topics } from "../chat-topics.js"
import { Viewer } from "../chat-viewer.js"

const MOST_ROWS = 400

class ChatView extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector(".chat__messages")
    this.scroll = this.querySelector(".chat__scroll")
    this.rev = Number(this.dataset.rev)
    this.topic = this.dataset.topic ?? ""
    this.times = new Times(this.dataset)
    this.reading = new Reading(this)
    this.topics = new Topics(this)
    this.addEventListener("live:message", ({ detail }) => this.hear(detail))
    this.addEventListener("live:open", () => this.heal())
    this.scroll.addEventListener("scroll", () => this.more(), { passive: true })
    this.querySelector(".chat__down").addEventListener("click", () => this.toEnd())
    this.choosing = new Choosing(this)
    this.acts = new MessageActs(this)
    this.viewer = new Viewer(this)
    this.composer = new Composer(this)
    this.fit = () => this.style.setProperty("--chat-window", `${window.visualViewport?.height ?? innerHeight}px`)
    window.visualViewport?.addEventListener("resize", this.fit)
    this.fit()
    this.draw()
    this.begin()
  }

  disconnectedCallback() {
    this.reading.stop()
    this.topics.stop()
    this.composer.stop()
    window.visualViewport?.removeEventListener("resize", this.fit)
  }

  begin() {
    const place = Number(this.dataset.at) || this.reading.first + 1
    const row = this.list.querySelector(`[data-seq="${place}"]`)
    if (row) this.center(row)
    else this.scroll.scrollTop = this.scroll.scrollHeight
    if (Number(this.dataset.at)) row?.classList.add("message--found")
  }

  // Within the chat alone: the page below stays where it is.
  center(row) {
    const [its, all] = [row.getBoundingClientRect(), this.scroll.getBoundingClientRect()]
    this.scroll.scrollTop += its.top - all.top - (all.height - its.height) / 2
  }

  hear({ rev, seq, html }) {
    this.dataset.last = Math.max(Number(this.dataset.last), seq)
    if (rev > this.rev + 1 || !html) return void this.heal()
    this.rev = Math.max(this.rev, rev)
    this.take(html)
  }

  async heal() {
    if (this.healing) return void (this.again = true)
    this.healing = true
    try {
      this.rev = Math.max(this.rev, await catchUp(this.dataset.base, this.rev, (html) => this.take(html)))
    } finally {
      this.healing = false
    }
    if (this.again) this.again = void this.heal()
  }

  healFrom(rev) {
    this.rev = rev
    this.heal()
  }

  take(html) {
    const wasAtEnd = this.isAtEnd()
    apply(this.list, html, { older: "older" in this.dataset, newer: "newer" in this.dataset, topic: this.topic })
    this.draw()
    this.composer.forget(this.list)
    if (wasAtEnd) this.scroll.scrollTop = this.scroll.scrollHeight
    if (/data-pinned/.test(html) || this.querySelector(".chat__pin")) this.followPins()
  }

  async followPins() {
    const html = await ask(`${this.dataset.base}pins/`)
    if (html !== null) this.querySelector(".chat__pins").innerHTML = html
  }

  draw() {
    const { me, seen, unread } = this.dataset
    dress(this.list, { me, read: this.reading.first, seen: Number(seen), words: unread, times: this.times })
    const rows = this.list.querySelectorAll(".message")
    this.choosing.draw(rows)
    this.reading.watch(rows)
    this.querySelector(".chat__empty").hidden = this.list.childElementCount > 0
    this.showDown()
  }

  isAtEnd() {
    return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 60
  }

  showDown() {
    const button = this.querySelector(".chat__down")
    const left = this.topic ? this.unreadRows() : Math.max(Number(this.dataset.last) - this.reading.read, 0)
    button.hidden = this.isAtEnd() && !("newer" in this.dataset)
    button.querySelector("[data-count]").textContent = left > 999 ? "999+" : left || ""
  }

  // Of a topic, whose places have gaps: what is loaded.
  unreadRows() {
    return [...this.list.querySelectorAll(".message")].filter((row) => Number(row.dataset.seq) > this.reading.read).length
  }

  toEnd() {
    if ("newer" in this.dataset) location.assign(`${this.dataset.base}?at=999999999999&topic=${this.topic}`)
    else this.scroll.scrollTop = this.scroll.scrollHeight
  }

  async more() {
    this.showDown()
    const [first, last] = ends(this.list)
    const { scrollTop, scrollHeight, clientHeight } = this.scroll
    const up = "older" in this.dataset && scrollTop < 300
    const down = "newer" in this.dataset && scrollHeight - scrollTop - clientHeight < 300
    if (this.loading || !(up || down)) return
    this.loading = true
    const rev = this.rev
    const html = await ask(`${this.dataset.base}messages/?${up ? `before=${first}` : `after=${last}`}&topic=${this.topic}`)
    if (html !== null) {
      if (!/^\s*<ol[^>]* data-more/m.test(html)) delete this.dataset[up ? "older" : "newer"]
      apply(this.list, html, { topic: this.topic })
      this.draw()
      // What was said while this was on its way stood beyond the window's end.
      if (down && !("newer" in this.dataset)) this.healFrom(rev)
      if (up) this.scroll.scrollTop = scrollTop + this.scroll.scrollHeight - scrollHeight
      this.trim(up)
    }
    this.loading = false
  }

  // However far one scrolls, the page bears a few hundred messages: what is far away is asked for again.
  trim(up) {
    const rows = [...this.list.querySelectorAll(".message")]
    const extra = rows.length - MOST_ROWS
    if (extra <= 0) return
    const { scrollTop, scrollHeight } = this.scroll
    const gone = up ? rows.slice(-extra) : rows.slice(0, extra)
    if (gone.includes(this.acts.row)) this.acts.close()
    gone.forEach((row) => row.remove())
    this.dataset[up ? "newer" : "older"] = ""
    this.draw()
    if (!up) this.scroll.scrollTop = scrollTop + this.scroll.scrollHeight - scrollHeight
  }
}

customElements.define("chat-view", ChatView)
