// Drawing on a checklist what still waits to be sent.

// A count as it will be, at its line and in the sum.
export function showCount(list, { order, construction, count }) {
  const line = list.querySelector(`[data-line][data-order="${order}"][data-construction="${construction ?? ""}"]`)
  if (!line) return
  line.dataset.count = count
  line.querySelector("[data-all]").checked = count === Number(line.dataset.quantity)
  for (const shown of line.querySelectorAll("[data-shown]")) shown.textContent = count
  const counts = [...list.querySelectorAll("[data-line]")].map((each) => Number(each.dataset.count))
  list.querySelector("[data-counted]").textContent = counts.reduce((sum, each) => sum + each, 0)
}

// What is no count, or was refused, in words.
export function showLeft(list, left) {
  const template = list.querySelector("[data-left-row]").content.firstElementChild
  const rows = left.map(({ number, act, refused }) => {
    const row = template.cloneNode(true)
    const kind = list.querySelector(`form[data-act="${act.kind}"]`)?.dataset.words ?? list.dataset.tick
    const words = [kind, act.name, act.text, refused === "-" ? list.dataset.gone : refused]
    row.querySelector("[data-words]").textContent = words.filter(Boolean).join(" · ")
    Object.assign(row.querySelector("[data-dismiss]"), { hidden: !refused }).dataset.dismiss = number
    return row
  })
  list.querySelector("[data-left]").replaceChildren(...rows)
}
