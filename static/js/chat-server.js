// What an open chat asks of the server; `null` where there was no answer.
const headers = () => ({
  "HX-Request": "true",
  "X-CSRFToken": document.querySelector('meta[name="csrf-token"]')?.content ?? "",
})

export async function ask(url) {
  const answer = await fetch(url, { headers: headers() }).catch(() => null)
  return answer?.ok && !answer.redirected ? answer.text() : null
}

// {html} of what was done, or {words} why it wasn't.
export async function tell(url, values) {
  const body = new URLSearchParams(values)
  const answer = await fetch(url, { method: "POST", body, headers: headers() }).catch(() => null)
  if (answer?.ok) return { html: await answer.text() }
  return { words: answer?.status === 422 ? await answer.text() : "" }
}

// What happened after `rev`, portion by portion; returns the rev that all is told up to.
export async function catchUp(base, rev, take) {
  for (;;) {
    const html = await ask(`${base}changes/?after=${rev}`)
    if (html === null) return rev
    const told = new DOMParser().parseFromString(html, "text/html").querySelector("ol")
    take(html)
    rev = Math.max(rev, Number(told.dataset.rev))
    if (!("more" in told.dataset)) return rev
  }
}

// {sealed} of a file that has arrived; {words} why it can't, or null where there was no answer: it may be tried again.
export function bring(url, item) {
  const data = new FormData()
  data.append("file", item.file, item.file.name)
  if (item.more.seconds) data.append("seconds", item.more.seconds)
  const request = (item.request = new XMLHttpRequest())
  request.open("POST", url)
  for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value)
  request.upload.addEventListener("progress", item.progress)
  return new Promise((done) => {
    request.addEventListener("loadend", () => done(answerOf(request)))
    request.send(data)
  })
}

function answerOf({ status, responseText }) {
  if (status === 200 && responseText.startsWith("{")) return JSON.parse(responseText)
  return { words: status === 422 ? responseText : status === 0 || status >= 500 ? null : "" }
}
