// Pictures of a chat, large: arrow keys and buttons lead to the others, Escape back.
export class Viewer {
  constructor(view) {
    this.view = view
    this.dialog = view.querySelector(".viewer")
    this.picture = this.dialog.querySelector(".viewer__picture")
    view.addEventListener("click", (event) => this.press(event))
    this.dialog.addEventListener("keydown", ({ key }) => this.step({ ArrowLeft: -1, ArrowRight: 1 }[key]))
  }

  press(event) {
    const link = event.target.closest("a[data-picture]")
    const step = event.target.closest("[data-step]")
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault()
      this.show(link)
    } else if (step) this.step(Number(step.dataset.step))
    else if (event.target === this.dialog || event.target.closest("[data-shut]")) this.dialog.close()
  }

  show(link) {
    this.link = link
    this.picture.src = link.href
    this.picture.alt = this.dialog.querySelector(".viewer__name").textContent = link.dataset.picture
    this.dialog.querySelector("[data-save]").href = `${link.href}?save`
    if (!this.dialog.open) this.dialog.showModal()
  }

  step(way) {
    if (!way) return
    const links = [...this.view.querySelectorAll(".chat__messages a[data-picture]")]
    const next = links[links.findIndex(({ href }) => href === this.link.href) + way]
    if (next) this.show(next)
  }
}
