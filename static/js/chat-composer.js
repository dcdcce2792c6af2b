// Where one writes: Enter sends, Shift+Enter begins a line. What is written waits in the outbox until the server has it.
import { tell } from "./chat-server.js"
import { FileTray } from "./chat-files.js"
import { Mentions } from "./chat-mentions.js"
import { Voice } from "./chat-voice.js"
import { Waiting } from "./chat-waiting.js"
import { keep } from "./outbox.js"

const TYPING_EVERY = 3_000
const DRAFT_AFTER = 1_500

// What was written, with addresses as they are and not as they are shortened to be shown.
function wordsOf(text) {
  const cut = [...text.querySelectorAll("a")].filter((link) => link.textContent.endsWith("…"))
  const shown = cut.map((link) => link.textContent)
  cut.forEach((link) => (link.textContent = link.getAttribute("href")))
  const words = text.innerText
  cut.forEach((link, place) => (link.textContent = shown[place]))
  return words
}

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
    this.files = new FileTray(this)
    this.mentions = new Mentions(this)
    this.voice = new Voice(this)
    this.waiting = new Waiting(view, this.url)
  }

  stop() {
    clearTimeout(this.drafting)
    this.waiting?.stop()
    this.files?.stop()
    this.voice?.stop(false)
  }

  forget(list) {
    this.waiting?.forget(list)
  }

  key(event) {
    if (this.mentions.key(event)) return
    if (event.key === "Escape") this.about()
    if (event.key === "ArrowUp" && !this.text.value && !this.kind) return this.editLast(event)
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return
    event.preventDefault()
    this.submit()
  }

  editLast(event) {
    const own = [...this.view.list.querySelectorAll(".message--own:not(.message--deleted)")].at(-1)
    if (!own) return
    event.preventDefault()
    this.about("edit", own)
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
    if (kind === "edit" && this.kind !== "edit") this.unsent = this.text.value
    if (this.kind === "edit" && kind !== "edit") this.text.value = this.unsent ?? ""
    ;[this.kind, this.row] = [kind, row]
    const line = this.form.querySelector(".chat__about")
    const words = row ? wordsOf(row.querySelector(".message__text, .message__facts")) : ""
    line.hidden = !row
    line.querySelector("[data-about]").textContent = words.slice(0, 120)
    if (kind === "edit") this.text.value = words
    if (row) this.text.focus()
  }

  async submit() {
    const text = this.text.value.trim()
    clearTimeout(this.drafting)
    if (this.kind === "edit") return text && this.edit(text)
    this.wanted = this.files.isBusy
    this.form.classList.toggle("chat__composer--waits", this.wanted)
    if (this.wanted || this.files.hasFailed || !(text || this.files.items.length)) return
    const about = { text, reply_to: this.idOf(this.row), topic: Number(this.view.topic) || null, files: this.files.seals }
    // Taken before anything is waited for: a second Enter finds nothing to send.
    this.about()
    this.files.clear()
    this.text.value = ""
    try {
      await keep(this.url, { kind: "message", member: Number(this.view.dataset.me), ...about })
    } catch {
      this.text.value = [text, this.text.value].filter(Boolean).join("\n")
      return this.complain()
    }
    this.complain("", true)
    this.view.scroll.scrollTop = this.view.scroll.scrollHeight
  }

  // A file has arrived, or was taken out: what waited for it may go.
  settle() {
    if (this.wanted && !this.files.isBusy) this.submit()
  }

  async edit(text) {
    const { html, words } = await tell(`${this.view.dataset.base}messages/${this.idOf(this.row)}/edit/`, { text })
    if (!html) return this.complain(words)
    this.about()
    this.view.take(html)
  }

  idOf(row) {
    return row ? Number(row.id.replace("message-", "")) : null
  }

  complain(words, isWell = false) {
    const line = this.view.querySelector(".chat__error")
    if (!line) return
    line.hidden = isWell
    line.textContent = words || this.view.dataset.lost
  }
}
