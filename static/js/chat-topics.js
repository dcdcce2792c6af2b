// The bar of topics above a chat: counts rise as messages come into other topics, and all is asked for anew where topics
// change or one has read elsewhere.
import { ask } from "./chat-server.js"

const SOON = 400 // ms: several news are one question

export class Topics {
  constructor(view) {
    this.view = view
    this.bar = view.querySelector(".chat__topics")
    this.last = Number(view.dataset.last)
    view.addEventListener("live:topics", () => this.follow())
    view.addEventListener("live:message", ({ detail }) => this.hear(detail))
    view.addEventListener("live:read", ({ detail }) => String(detail.member) === view.dataset.me && this.follow())
  }

  stop() {
    clearTimeout(this.waiting)
  }

  hear({ seq, html }) {
    if (seq <= this.last || !this.bar.childElementCount) return
    this.last = seq
    if (!html) return this.follow()
    const { topic, author } = new DOMParser().parseFromString(html, "text/html").querySelector("li.message").dataset
    const count = topic && author !== this.view.dataset.me && this.bar.querySelector(`[data-topic="${topic}"] [data-count]`)
    if (!count || count.textContent.endsWith("+")) return
    count.textContent = Number(count.textContent) + 1
    count.parentElement.hidden = false
  }

  follow() {
    if ("guest" in this.view.dataset) return
    clearTimeout(this.waiting)
    this.waiting = setTimeout(() => this.load(), SOON)
  }

  async load() {
    const html = await ask(`${this.view.dataset.base}topics/?topic=${this.view.topic}`)
    if (html !== null) this.bar.innerHTML = html
  }
}
