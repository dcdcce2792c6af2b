// The messages of an open chat: applying what the stream tells, or what was missed, equals loading the page anew.
const seqOf = (row) => Number(row.dataset.seq)

const rowsIn = (html) => [...new DOMParser().parseFromString(html, "text/html").querySelectorAll("li.message")]

// Puts the rows of `html` in their places by `seq`; of one message the highest `rev` stays. Beyond an end of the window
// that isn't the chat's own end nothing is added, so that no gap comes in. Of `topic` alone where one is open.
export function apply(list, html, { older = false, newer = false, topic = "" } = {}) {
  for (const row of rowsIn(html)) {
    const known = document.getElementById(row.id)
    if (topic && row.dataset.topic !== topic) {
      known?.remove()
      continue
    }
    if (known) {
      if (Number(known.dataset.rev) < Number(row.dataset.rev)) known.replaceWith(row)
      continue
    }
    const rows = [...list.querySelectorAll(".message")]
    const next = rows.find((each) => seqOf(each) > seqOf(row))
    if (rows.length && ((!next && newer) || (next === rows[0] && older))) continue
    list.insertBefore(row, next ?? null)
  }
}

// What is the reader's own and what is new to them, times in their zone, and a line where a day begins.
export function dress(list, { me, read, seen, words, times }) {
  list.querySelectorAll(".chat__day, .chat__new").forEach((line) => line.remove())
  let day = ""
  let isNew = false
  for (const row of list.querySelectorAll(".message")) {
    const own = row.dataset.author === me
    row.classList.toggle("message--own", own)
    row.classList.toggle("message--meant", (row.dataset.meant ?? "").split(" ").includes(me))
    row.classList.toggle("message--seen", own && seqOf(row) <= seen)
    for (const sign of row.querySelectorAll("[data-members]"))
      sign.setAttribute("aria-pressed", sign.dataset.members.split(" ").includes(me))
    const its = times.write(row)
    if (its !== day) row.before(line("chat__day", (day = its)))
    if (!isNew && !own && seqOf(row) > read) {
      isNew = true
      if (row.previousElementSibling?.matches(".message") || read > 0) row.before(line("chat__new", words))
    }
  }
}

function line(name, words) {
  const row = document.createElement("li")
  row.className = name
  row.textContent = words
  return row
}

export const ends = (list) => {
  const rows = list.querySelectorAll(".message")
  return rows.length ? [seqOf(rows[0]), seqOf(rows[rows.length - 1])] : [0, 0]
}
