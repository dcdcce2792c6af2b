// <operation-progress data-live-channel="operation:12" data-url="/operations/12/" data-state="running">
// Moves the bar it contains with the worker's figures. When the work is over it dispatches a bubbling
// `operation-finished` (detail: the operation) and, with data-then="reload", shows the page anew.
const AT_WORK = ["pending", "running"]

class OperationProgress extends HTMLElement {
  connectedCallback() {
    this.addEventListener("live:progress", this)
    this.addEventListener("live:open", this)
  }

  disconnectedCallback() {
    this.removeEventListener("live:progress", this)
    this.removeEventListener("live:open", this)
  }

  handleEvent(event) {
    if (event.type === "live:progress") this.show(event.detail)
    else this.ask()
  }

  // What happened while nobody listened, once; also the result, which events don't carry.
  async ask() {
    if (!this.isAtWork) return
    const response = await fetch(this.dataset.url, { headers: { Accept: "application/json" } })
    if (response.ok) this.show(await response.json())
  }

  get isAtWork() {
    return AT_WORK.includes(this.dataset.state)
  }

  show(operation) {
    if (!this.isAtWork) return
    const { state, done, total, message } = operation
    const isOver = !AT_WORK.includes(state)
    this.dataset.state = state
    this.write("[data-done]", done.toLocaleString(document.documentElement.lang))
    this.write("[data-total]", total?.toLocaleString(document.documentElement.lang) ?? "")
    if (message) this.write("[data-message]", message)
    this.querySelector("[data-of]")?.toggleAttribute("hidden", total === null)
    const bar = this.querySelector("progress")
    if (bar && total) Object.assign(bar, { max: total, value: done })
    if (isOver) this.finish(operation)
  }

  write(selector, text) {
    const place = this.querySelector(selector)
    if (place) place.textContent = text
  }

  finish(operation) {
    this.querySelector("[data-cancel]")?.remove()
    this.dispatchEvent(new CustomEvent("operation-finished", { bubbles: true, detail: operation }))
    if (this.dataset.then === "reload") location.reload()
  }
}

customElements.define("operation-progress", OperationProgress)
