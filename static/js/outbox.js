// What is done without a connection is kept here until the server has answered: in IndexedDB, in its order, sent by one
// page at a time. Each act has a key of its own, so that what is sent twice counts once.
const STORE = "acts"
const LONGEST_PAUSE = 60_000
const GONE = [400, 404, 410, 413] // answers that no later try changes
const news = new BroadcastChannel("outbox")

let opened = null
let pause = 2_000
let retry = 0

function base() {
  opened ??= new Promise((done, failed) => {
    const request = indexedDB.open("rapport-outbox", 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "number", autoIncrement: true })
    request.onsuccess = () => done(request.result)
    request.onerror = () => failed(request.error)
  })
  return opened
}

async function ask(mode, question) {
  const transaction = (await base()).transaction(STORE, mode)
  const request = question(transaction.objectStore(STORE))
  return new Promise((done, failed) => {
    transaction.oncomplete = () => done(request.result)
    transaction.onerror = transaction.onabort = () => failed(transaction.error)
  })
}

// Whoever else uses this browser neither sees nor sends what is one's own.
const me = () => document.querySelector('meta[name="user"]')?.content ?? ""
const all = async () => (await ask("readonly", (store) => store.getAll())).filter(({ user = me() }) => user === me())

// `outbox` on the document: what waits has changed; `outbox-sent`: the server has answered.
function tell(name = "outbox") {
  document.dispatchEvent(new CustomEvent(name))
  news.postMessage(name)
}

// Keeps `act` ({kind, ...}) for the address `url`, with a picture if it has one, and sends it as soon as that goes.
export async function keep(url, act, file = null) {
  const known = { ...act, key: crypto.randomUUID?.() ?? uuid(), at: new Date().toISOString() }
  await ask("readwrite", (store) => store.add({ user: me(), url, act: known, file }))
  tell()
  send()
}

// What waits for `url`, the oldest first: {number, act, file, refused}; `refused` is the server's reason.
export const waiting = async (url) => (await all()).filter((each) => each.url === url)

export async function dismiss(number) {
  await ask("readwrite", (store) => store.delete(number))
  tell()
}

// Before signing out: what can still be sent is sent, what is left is named, and nothing stays in the browser.
async function leave(form) {
  await Promise.race([send(), new Promise((done) => setTimeout(done, 3_000))])
  const left = await all()
  if (left.length && !confirm(form.dataset.signsOut.replace("NUMBER", left.length))) return
  await Promise.all(left.map(({ number }) => ask("readwrite", (store) => store.delete(number))))
  sessionStorage.clear()
  form.submit()
}

export function send() {
  clearTimeout(retry)
  const once = () => sendAll().catch(() => false)
  const done = navigator.locks ? navigator.locks.request("rapport-outbox", once) : once()
  return done.then((isEmpty) => {
    if (isEmpty) return void (pause = 2_000)
    clearTimeout(retry)
    retry = setTimeout(send, pause)
    pause = Math.min(pause * 2, LONGEST_PAUSE)
  })
}

// True once nothing waits any more. Addresses don't wait for each other.
async function sendAll() {
  const stuck = new Set()
  for (;;) {
    const left = (await all()).filter((each) => !each.refused && !stuck.has(each.url))
    if (!left.length) return stuck.size === 0
    if (!(await sendSome(portion(left)))) stuck.add(left[0].url)
  }
}

// The first act with its picture, or as many without one as stand together.
function portion(left) {
  const own = left.filter((each) => each.url === left[0].url)
  if (own[0].file) return [own[0]]
  const end = own.findIndex((each) => each.file)
  return own.slice(0, Math.min(end < 0 ? own.length : end, 50))
}

async function sendSome(some) {
  const data = new FormData()
  data.append("acts", JSON.stringify(some.map((each) => each.act)))
  for (const each of some) if (each.file) data.append(`file-${each.act.key}`, each.file, "picture")
  const headers = { "X-CSRFToken": document.querySelector('meta[name="csrf-token"]')?.content ?? "" }
  const answer = await fetch(some[0].url, { method: "POST", body: data, headers }).catch(() => null)
  const isOurs = answer?.ok && !answer.redirected
  if (!isOurs && !GONE.includes(answer?.status)) return false
  const { answers } = isOurs ? await answer.json() : { answers: [] }
  const states = new Map(answers.map((each) => [each.key, each]))
  for (const each of some) {
    const state = states.get(each.act.key)
    if (isOurs && !state) continue
    if (state && state.state !== "refused") await ask("readwrite", (store) => store.delete(each.number))
    else await ask("readwrite", (store) => store.put({ ...each, refused: state?.reason || "-" }))
  }
  tell()
  tell("outbox-sent")
  return !isOurs || states.size > 0
}

// Without HTTPS browsers have no randomUUID().
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6] & 15) | 64
  bytes[8] = (bytes[8] & 63) | 128
  const signs = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")
  return signs.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")
}

news.addEventListener("message", ({ data }) => document.dispatchEvent(new CustomEvent(data)))
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-signs-out]")) return
  event.preventDefault()
  leave(event.target).catch(() => event.target.submit())
})
addEventListener("online", send)
document.addEventListener("visibilitychange", () => document.hidden || send())
indexedDB.databases?.().then((known) => known.some(({ name }) => name === "rapport-outbox") && send(), () => {})
