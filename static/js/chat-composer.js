// Where one writes: Enter sends, Shift+Enter begins a line. What is written waits in the outbox until the server has it.
import { tell } from "./chat-server.js"
import { dismiss, keep, send, waiting } from "./outbox.js"

const TYPING_EVERY = 3_000
const DRAFT_AFTER = 1_500

export class Composer {
  constructor(view) {
    this.view = view
    this.form = view.querySelector(".chat__composer")
    if (!this.form) return
    this.text = this.form.elements.text
    this.url = new URL(this.form.action).pathname
    this.form.addEventListener("submit", (event) => (event.preventDefault(), this.submit()))
    this.form.querySelector("[data-cancel]").addEventListener("click", () => this.about())
    this.text.addEventListener("keydown", (event) => this.key(event))
    this.text.addEventListener("input", () => this.typed())
    view.querySelector(".chat__waiting").addEventListener("click", ({ target }) => {
      if (target.dataset.dismiss) dismiss(Number(target.dataset.dismiss))
    })
    this.follow = () => this.show()
    this.heal = () => view.heal()
    document.addEventListener("outbox", this.follow)
    document.addEventListener("outbox-sent", this.heal)
    this.show()
    send()
  }

  stop() {
    clearTimeout(this.drafting)
    document.removeEventListener("outbox", this.follow)
    document.removeEventListener("outbox-sent", this.heal)
  }

  key(event) {
    if (event.key === "Escape") this.about()
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return
    event.preventDefault()
    this.submit()
  }

  typed() {
    const now = performance.now()
    if (this.text.value && now - (this.said ?? -TYPING_EVERY) >= TYPING_EVERY) {
      this.said = now
      tell(`${this.view.dataset.base}typing/`, {})
    }
    clearTimeout(this.drafting)
    if (this.kind !== "edit") this.drafting = setTimeout(() => this.draft(), DRAFT_AFTER)
  }

  draft() {
    return tell(`${this.view.dataset.base}draft/`, { text: this.text.value })
  }

  about(kind = "", row = null) {
    if (!this.form) return
    if (this.kind === "edit" && kind !== "edit") this.text.value = ""
    ;[this.kind, this.row] = [kind, row]
    const line = this.form.querySelector(".chat__about")
    const words = row?.querySelector(".message__text").innerText ?? ""
    line.hidden = !row
    line.querySelector("[data-about]").textContent = words.slice(0, 120)
    if (kind === "edit") this.text.value = words
    if (row) this.text.focus()
  }

  async submit() {
    const text = this.text.value.trim()
    if (!text) return
    clearTimeout(this.drafting)
    const id = this.row?.id.replace("message-", "")
    if (this.kind === "edit") {
      const { html, words } = await tell(`${this.view.dataset.base}messages/${id}/edit/`, { text })
      if (!html) return this.complain(words)
      this.about()
      return this.view.take(html)
    }
    await keep(this.url, { kind: "message", member: Number(this.view.dataset.me), text, reply_to: Number(id) || null })
    this.about()
    this.text.value = ""
    this.complain("", true)
    this.view.scroll.scrollTop = this.view.scroll.scrollHeight
  }

  complain(words, isWell = false) {
    const line = this.view.querySelector(".chat__error")
    if (!line) return
    line.hidden = isWell
    line.textContent = words || this.view.dataset.lost
  }

  // Those of what waits that the list shows already.
  forget(list) {
    for (const row of this.view.querySelectorAll(".chat__waiting [data-key]"))
      if (list.querySelector(`[data-client="${CSS.escape(row.dataset.key)}"]`)) row.remove()
  }

  async show() {
    const rows = (await waiting(this.url)).map(({ number, act, refused }) => {
      const row = document.createElement("li")
      row.className = `message message--own message--waiting${refused ? " message--refused" : ""}`
      row.dataset.key = act.key
      const bubble = row.appendChild(document.createElement("div"))
      bubble.className = "message__bubble"
      bubble.dir = "auto"
      bubble.textContent = act.text
      if (refused) bubble.append(...this.refusal(number, refused))
      return row
    })
    const place = this.view.querySelector(".chat__waiting")
    const wasAtEnd = this.view.isAtEnd()
    place.replaceChildren(...rows)
    this.forget(this.view.list)
    if (wasAtEnd) this.view.scroll.scrollTop = this.view.scroll.scrollHeight
  }

  refusal(number, reason) {
    const words = document.createElement("p")
    words.textContent = reason === "-" ? this.view.dataset.lost : reason
    const button = document.createElement("button")
    Object.assign(button, { type: "button", className: "btn btn--quiet", textContent: "×" })
    button.dataset.dismiss = number
    return [words, button]
  }
}
