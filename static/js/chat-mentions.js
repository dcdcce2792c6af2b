// Behind an "@" the composer offers members: arrows choose, Enter or Tab takes, Escape leaves; a touch takes too.
import { ask } from "./chat-server.js"

const BEGUN = /(?:^|\s)@([^\s@][^@\n]{0,40}|)$/u

export class Mentions {
  constructor(composer) {
    this.text = composer.text
    this.base = composer.view.dataset.base
    this.list = composer.form.querySelector(".chat__names")
    this.text.addEventListener("input", () => this.look())
    this.text.addEventListener("blur", () => setTimeout(() => this.hide(), 200)) // after a touch on a name
    this.list.addEventListener("pointerdown", (event) => event.preventDefault())
    this.list.addEventListener("click", ({ target }) => this.take(target.closest("li")))
  }

  get begun() {
    return BEGUN.exec(this.text.value.slice(0, this.text.selectionStart))?.[1]
  }

  async look() {
    const begun = this.begun
    if (begun === undefined) return this.hide()
    const told = await ask(`${this.base}people/?q=${encodeURIComponent(begun)}`)
    if (begun !== this.begun || told === null) return
    const { names } = JSON.parse(told)
    this.list.replaceChildren(...names.map((name, number) => this.row(name, number)))
    this.list.hidden = !names.length
    this.mark(0)
  }

  row(name, number) {
    const row = document.createElement("li")
    Object.assign(row, { id: `chat-name-${number}`, className: "chat__name", textContent: name, role: "option" })
    return row
  }

  mark(number) {
    const rows = [...this.list.children]
    this.at = rows.length ? (number + rows.length) % rows.length : 0
    rows.forEach((row, place) => row.setAttribute("aria-selected", String(place === this.at)))
    rows[this.at]?.scrollIntoView({ block: "nearest" })
    if (this.list.hidden) this.text.removeAttribute("aria-activedescendant")
    else this.text.setAttribute("aria-activedescendant", `chat-name-${this.at}`)
  }

  // True where the key was for the list.
  key(event) {
    if (this.list.hidden) return false
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) this.mark(this.at + step)
    else if (event.key === "Enter" || event.key === "Tab") this.take(this.list.children[this.at])
    else if (event.key === "Escape") this.hide()
    else return false
    event.preventDefault()
    return true
  }

  take(row) {
    if (!row) return
    const end = this.text.selectionStart
    this.text.setRangeText(`@${row.textContent} `, end - this.begun.length - 1, end, "end")
    this.hide()
    this.text.focus()
  }

  hide() {
    this.list.hidden = true
    this.mark(0)
  }
}
