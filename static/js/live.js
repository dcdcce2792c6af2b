// Live events: one EventSource per page for all [data-live-channel] elements.
// Each event is dispatched on the elements of its channel as a bubbling `live:<event>` CustomEvent. `live:open` says that
// the stream stands (again): events may have been missed, so whoever shows state asks for it once.
const SELECTOR = "[data-live-channel]"
const HIDDEN_FOR = 30_000 // a tab nobody looks at gives its connection back: browsers share six among all tabs
const LONGEST_PAUSE = 60_000

let source = null
let listening = ""
let pause = 2_000
let retry = 0
let hiding = 0
let planned = 0

const elements = () => [...document.querySelectorAll(SELECTOR)]
const channelsOf = (element) => element.dataset.liveChannel.split(/\s+/).filter(Boolean)

function dispatch(element, name, detail) {
  element.dispatchEvent(new CustomEvent(`live:${name}`, { bubbles: true, detail }))
}

function heal() {
  elements().forEach((element) => dispatch(element, "open", {}))
}

function deliver(message) {
  const { channel, event, data } = JSON.parse(message.data)
  elements()
    .filter((element) => channelsOf(element).includes(channel))
    .forEach((element) => dispatch(element, event, data))
}

function close() {
  clearTimeout(retry)
  source?.close()
  source = null
}

function open() {
  close()
  if (!listening || document.hidden) return
  const query = new URLSearchParams(listening.split(" ").map((channel) => ["channel", channel]))
  source = new EventSource(`/live/?${query}`)
  source.addEventListener("open", () => {
    pause = 2_000
    heal()
  })
  source.addEventListener("reload", heal)
  source.addEventListener("message", deliver)
  source.addEventListener("closed", close) // signed out, or may not listen any more
  source.addEventListener("error", () => {
    if (source?.readyState !== EventSource.CLOSED) return // the browser reconnects by itself
    close()
    retry = setTimeout(open, pause)
    pause = Math.min(pause * 2, LONGEST_PAUSE)
  })
}

function look() {
  planned = 0
  const wanted = [...new Set(elements().flatMap(channelsOf))].sort().join(" ")
  if (wanted === listening) return
  listening = wanted
  open()
}

function lookSoon() {
  planned ||= setTimeout(look, 50)
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(hiding)
  if (document.hidden) hiding = setTimeout(close, HIDDEN_FOR)
  else if (!source) open()
})
addEventListener("pagehide", close)
addEventListener("pageshow", (event) => event.persisted && open())

new MutationObserver(lookSoon).observe(document.documentElement, {
  subtree: true,
  childList: true,
  attributes: true,
  attributeFilter: ["data-live-channel"],
})
look()
