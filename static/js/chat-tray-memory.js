// The files that have arrived for a message that isn't sent yet: they outlive a reload of their tab, for their user alone.
export class TrayMemory {
  constructor(url) {
    this.key = `chat-tray:${document.querySelector('meta[name="user"]')?.content}:${url}`
  }

  read() {
    try {
      return JSON.parse(sessionStorage.getItem(this.key)) ?? []
    } catch {
      return []
    }
  }

  write(items) {
    const there = items.filter(({ state }) => state === "there")
    const known = there.map(({ sealed, file, more }) => ({ sealed, name: file.name, size: file.size, type: "", ...more }))
    if (known.length) sessionStorage.setItem(this.key, JSON.stringify(known))
    else sessionStorage.removeItem(this.key)
  }
}
