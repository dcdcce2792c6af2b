// A file in the tray above the composer: what it is, how far it got, and what one can do about it.
export function fileRow(tray, file, more) {
  const { words } = tray
  const size = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 })
  const row = document.createElement("li")
  row.className = "chat__file"
  const name = document.createElement("bdi")
  name.textContent = more.title ?? file.name
  const bar = document.createElement("progress")
  bar.setAttribute("aria-label", file.name)
  const note = document.createElement("span")
  const again = button(words.again, () => tray.again(item))
  const remove = button("×", () => tray.remove(item))
  remove.setAttribute("aria-label", `${words.remove}: ${file.name}`)
  row.append(...preview(file), name, ` ${size.format(Math.ceil(file.size / 1000))} `, bar, note, again, remove)
  tray.place.append(row)
  const item = { file, row, more, state: "new" }
  item.progress = ({ loaded, total }) => Object.assign(bar, { value: loaded, max: total })
  item.show = (state, said = "") => {
    item.state = row.dataset.state = state
    bar.hidden = !["new", "goes"].includes(state)
    again.hidden = !["waits", "failed"].includes(state)
    note.textContent = said
  }
  item.show("new")
  return item
}

function button(words, act) {
  const made = document.createElement("button")
  Object.assign(made, { type: "button", className: "btn btn--quiet", textContent: words })
  made.addEventListener("click", act)
  return made
}

function preview(file) {
  if (!/^image\/(jpeg|png|gif|webp)$/.test(file.type)) return []
  const picture = document.createElement("img")
  picture.alt = ""
  picture.className = "chat__preview"
  picture.src = URL.createObjectURL(file)
  picture.addEventListener("load", () => URL.revokeObjectURL(picture.src))
  return [picture]
}
