// Files on their way into the message that is being written: picked, pasted or dropped, each with its own progress.
import { fileRow } from "./chat-file-row.js"
import { TrayMemory } from "./chat-tray-memory.js"
import { bring } from "./chat-server.js"

const AT_ONCE = 2

export class FileTray {
  constructor(composer) {
    this.composer = composer
    this.place = composer.form.querySelector(".chat__files")
    this.words = this.place.dataset
    this.items = []
    const input = composer.form.querySelector("input[type=file]")
    input.addEventListener("change", () => {
      this.add([...input.files])
      input.value = ""
    })
    composer.text.addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length) return
      event.preventDefault()
      this.add([...event.clipboardData.files])
    })
    this.watchDrops(composer.view)
    this.wake = () => this.items.filter(({ state }) => state === "waits").forEach((item) => this.again(item))
    this.warn = (event) => this.items.some(({ state }) => state !== "there") && event.preventDefault()
    this.memory = new TrayMemory(this.words.url)
    for (const { sealed, ...known } of this.memory.read()) {
      const item = fileRow(this, known, known)
      item.sealed = sealed
      item.show("there")
      this.items.push(item)
    }
    addEventListener("online", this.wake)
    addEventListener("beforeunload", this.warn)
  }

  stop() {
    removeEventListener("online", this.wake)
    removeEventListener("beforeunload", this.warn)
  }

  watchDrops(view) {
    const mark = (event, over) => {
      if (!event.dataTransfer?.types.includes("Files")) return
      event.preventDefault()
      view.classList.toggle("chat--over", over)
    }
    for (const kind of ["dragenter", "dragover"]) view.addEventListener(kind, (event) => mark(event, true))
    view.addEventListener("dragleave", (event) => view.contains(event.relatedTarget) || mark(event, false))
    view.addEventListener("drop", (event) => {
      mark(event, false)
      this.add([...event.dataTransfer.files])
    })
  }

  add(files, more = {}) {
    const room = Number(this.words.most) - this.items.length
    for (const file of files.slice(0, room)) this.items.push(fileRow(this, file, more))
    if (files.length > room) this.composer.complain(this.words.leftOut.replace("NUMBER", this.words.most))
    this.next()
  }

  again(item) {
    item.show("new")
    this.next()
  }

  remove(item) {
    item.request?.abort()
    item.row.remove()
    this.items = this.items.filter((each) => each !== item)
    this.memory.write(this.items)
    this.composer.settle()
  }

  next() {
    const going = this.items.filter(({ state }) => state === "goes").length
    for (const item of this.items.filter(({ state }) => state === "new").slice(0, AT_ONCE - going)) this.send(item)
  }

  async send(item) {
    if (!navigator.onLine) return item.show("waits", this.words.waits)
    item.show("goes")
    const { sealed, words } = await bring(this.words.url, item)
    if (!this.items.includes(item)) return
    item.sealed = sealed
    if (sealed) {
      item.show("there")
      this.memory.write(this.items)
    } else item.show(words === null ? "waits" : "failed", words ?? this.words.waits)
    this.next()
    this.composer.settle()
  }

  get isBusy() {
    return this.items.some(({ state }) => state !== "there" && state !== "failed")
  }

  get hasFailed() {
    return this.items.some(({ state }) => state === "failed")
  }

  get seals() {
    return this.items.map(({ sealed }) => sealed)
  }

  clear() {
    for (const { row } of this.items) row.remove()
    this.items = []
    this.memory.write(this.items)
  }
}
