// What one does to a message: the bar of actions under it, and its reactions.
import { tell } from "./chat-server.js"

export class MessageActs {
  constructor(view) {
    this.view = view
    this.bar = view.querySelector(".chat__acts")
    view.list.addEventListener("click", (event) => this.press(event))
    this.bar.addEventListener("click", ({ target }) => this.act(target.closest("[data-act]")))
    view.addEventListener("keydown", (event) => event.key === "Escape" && this.close())
  }

  press({ target }) {
    const row = target.closest(".message")
    if (this.view.choosing.isOn && row && !target.closest("a, button, input, audio")) return row.querySelector(".message__choice")?.click()
    const sign = target.closest("[data-react]")
    if (sign) this.react(row, sign.dataset.react, sign.getAttribute("aria-pressed") !== "true")
    else if (target.closest("[data-more]")) this.open(row)
  }

  open(row) {
    if (this.row === row) return this.close()
    this.close()
    this.row = row
    const own = row.dataset.author === this.view.dataset.me
    this.bar.querySelector('[data-act="edit"]').hidden = !own
    this.bar.querySelector('[data-act="delete"]').hidden = !own && !("manages" in this.view.dataset)
    for (const link of this.bar.querySelectorAll("[data-leads]")) link.href = `${this.placeOf(row)}${link.dataset.leads}/`
    row.querySelector("[data-more]").setAttribute("aria-expanded", "true")
    row.querySelector(".message__bubble").append(this.bar)
    this.bar.hidden = false
    this.bar.querySelector("button").focus()
  }

  close() {
    if (!this.row) return
    this.row.querySelector("[data-more]")?.setAttribute("aria-expanded", "false")
    this.row = null
    this.bar.hidden = true
    this.view.append(this.bar)
  }

  async act(button) {
    const row = this.row
    if (!button || !row) return
    const kind = button.dataset.act
    this.close()
    if (kind === "reply" || kind === "edit") this.view.composer.about(kind, row)
    else if (kind === "choose") this.view.choosing.begin(row)
    else if (kind === "delete") await this.send(row, "delete", {})
    else if (kind === "pin") await this.send(row, "pin", { wanted: "pinned" in row.dataset ? "0" : "1" })
    else if (kind === "decide") await this.send(row, "decide", { wanted: "decided" in row.dataset ? "0" : "1" })
    else await this.react(row, button.value, true)
  }

  react(row, sign, wanted) {
    return this.send(row, "react", { sign, wanted: wanted ? "1" : "0" })
  }

  placeOf(row) {
    return `${this.view.dataset.base}messages/${row.id.replace("message-", "")}/`
  }

  async send(row, verb, values) {
    const { html, words } = await tell(`${this.placeOf(row)}${verb}/`, values)
    if (html) this.view.take(html)
    else this.view.composer.complain(words)
  }
}
