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
