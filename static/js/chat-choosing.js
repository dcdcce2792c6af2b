// Choosing several messages to do something with all of them: boxes beside the messages, and a bar in the composer's
// place. `keys` in the bar's addresses stands for the ids of what is chosen.
const MOST = 100

export class Choosing {
  constructor(view) {
    this.view = view
    this.bar = view.querySelector(".chat__choosing")
    this.ids = new Set()
    this.links = [...this.bar.querySelectorAll("[data-chosen]")]
    this.bar.querySelector("[data-leave]").addEventListener("click", () => this.leave())
    view.list.addEventListener("change", ({ target }) => target.matches(".message__choice") && this.choose(target))
    view.addEventListener("keydown", (event) => event.key === "Escape" && this.isOn && this.leave())
  }

  begin(row) {
    this.isOn = true
    this.view.classList.add("chat--choosing")
    this.bar.hidden = false
    this.draw(this.view.list.querySelectorAll(".message"))
    const box = row.querySelector(".message__choice")
    box.checked = true
    this.choose(box)
    box.focus()
  }

  leave() {
    this.isOn = false
    this.ids.clear()
    this.view.classList.remove("chat--choosing")
    this.bar.hidden = true
    for (const box of this.view.list.querySelectorAll(".message__choice")) box.remove()
  }

  // Rows that came in, or were drawn anew, meanwhile.
  draw(rows) {
    if (!this.isOn) return
    for (const row of rows) {
      if (row.matches(".message--deleted")) this.ids.delete(idOf(row))
      else if (!row.querySelector(".message__choice")) row.prepend(this.box(row))
    }
    this.show()
  }

  box(row) {
    const box = document.createElement("input")
    Object.assign(box, { type: "checkbox", className: "message__choice", checked: this.ids.has(idOf(row)) })
    const words = row.querySelector(".message__text, .message__facts")?.innerText ?? ""
    box.setAttribute("aria-label", `${this.bar.dataset.choose}: ${words.slice(0, 80)}`)
    return box
  }

  choose(box) {
    const id = idOf(box.closest(".message"))
    if (box.checked && this.ids.size >= MOST) box.checked = false
    if (box.checked) this.ids.add(id)
    else this.ids.delete(id)
    this.show()
  }

  show() {
    this.bar.querySelector("[data-number]").textContent = this.ids.size
    for (const link of this.links) {
      const address = `${this.view.dataset.base}chosen/${[...this.ids].join("-")}/${link.dataset.chosen}/`
      if (this.ids.size) link.href = address
      else link.removeAttribute("href")
    }
  }
}

const idOf = (row) => row.id.replace("message-", "")
