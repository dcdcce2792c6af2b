// What was written and hasn't reached the server yet, or was refused by it, below the messages.
import { dismiss, send, waiting } from "./outbox.js"

export class Waiting {
  constructor(view, url) {
    this.view = view
    this.url = url
    this.place = view.querySelector(".chat__waiting")
    this.place.addEventListener("click", ({ target }) => {
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
    document.removeEventListener("outbox", this.follow)
    document.removeEventListener("outbox-sent", this.heal)
  }

  // Takes away what the list shows already.
  forget(list) {
    for (const row of this.place.querySelectorAll("[data-key]"))
      if (list.querySelector(`[data-client="${CSS.escape(row.dataset.key)}"]`)) row.remove()
  }

  async show() {
    const rows = (await waiting(this.url)).map((each) => this.row(each))
    const wasAtEnd = this.view.isAtEnd()
    this.place.replaceChildren(...rows)
    this.forget(this.view.list)
    if (wasAtEnd) this.view.scroll.scrollTop = this.view.scroll.scrollHeight
  }

  row({ number, act, refused }) {
    const row = document.createElement("li")
    row.className = `message message--own message--waiting${refused ? " message--refused" : ""}`
    row.dataset.key = act.key
    const bubble = row.appendChild(document.createElement("div"))
    bubble.className = "message__bubble"
    bubble.dir = "auto"
    bubble.textContent = [act.text, "📎".repeat(Math.min(act.files?.length ?? 0, 3))].filter(Boolean).join(" ")
    if (refused) bubble.append(...this.refusal(number, refused))
    return row
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
