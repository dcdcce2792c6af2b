// <chat-list data-live-channel data-url>: one's groups. It follows the stream: last words, counts, and who comes first.
class ChatList extends HTMLElement {
  connectedCallback() {
    this.addEventListener("live:group", ({ detail }) => this.hear(detail))
    this.addEventListener("live:group-read", ({ detail }) => this.read(detail))
    this.addEventListener("live:open", () => this.opened++ && this.load()) // the first time the page is fresh
    this.opened = 0
  }

  rowOf({ group }) {
    return this.querySelector(`[data-group="${group}"]`)
  }

  hear(told) {
    const row = this.rowOf(told)
    if (!row) return this.load()
    if (told.seq < Number(row.dataset.seq)) return
    const isNew = told.seq > Number(row.dataset.seq)
    row.dataset.seq = told.seq
    const words = told.deleted ? this.dataset.deleted : told.words || this.dataset.files
    row.querySelector(".groups__last").textContent = `${told.author}: ${words}`
    if (isNew) this.raise(row, told)
    this.count(row)
  }

  raise(row, { at }) {
    const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" })
    row.querySelector(".groups__at").textContent = time.format(new Date(at))
    const first = [...row.parentElement.querySelectorAll("[data-group]")].find((each) => "top" in each.dataset === "top" in row.dataset)
    if (first !== row && !row.contains(document.activeElement)) first.before(row)
  }

  read(told) {
    const row = this.rowOf(told)
    if (!row || told.seq <= Number(row.dataset.read)) return
    row.dataset.read = told.seq
    this.count(row)
  }

  count(row) {
    const unread = Math.max(Number(row.dataset.seq) - Number(row.dataset.read), 0)
    const most = Number(this.dataset.most)
    row.querySelector(".groups__unread").hidden = !unread
    row.querySelector("[data-count]").textContent = unread > most ? `${most}+` : unread
  }

  load() {
    return htmx.ajax("GET", this.dataset.url, { target: this, swap: "outerHTML" })
  }
}

customElements.define("chat-list", ChatList)
