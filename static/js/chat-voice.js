// A voice message: recorded by the browser, kept as it is, and put beside the other files to be sent or taken out.
const LONGEST = 3_600_000
const KINDS = { "audio/webm": "webm", "audio/ogg": "ogg", "audio/mp4": "m4a" }

export class Voice {
  constructor(composer) {
    this.composer = composer
    this.form = composer.form
    this.bar = this.form.querySelector(".chat__recording")
    this.begin = this.form.querySelector('[data-record="begin"]')
    this.begin.hidden = !(window.MediaRecorder && navigator.mediaDevices)
    this.form.addEventListener("click", ({ target }) => this.press(target.closest("[data-record]")?.dataset.record))
  }

  press(what) {
    if (what === "begin") this.record()
    else if (what) this.stop(what === "keep")
  }

  async record() {
    if (this.recorder) return
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => null)
    if (!stream) return this.composer.complain(this.bar.dataset.no)
    const kind = Object.keys(KINDS).find((each) => MediaRecorder.isTypeSupported(each))
    this.recorder = new MediaRecorder(stream, { mimeType: kind, audioBitsPerSecond: 32_000 })
    const parts = []
    this.recorder.addEventListener("dataavailable", ({ data }) => parts.push(data))
    this.recorder.addEventListener("stop", () => this.keep(new Blob(parts, { type: kind })), { once: true })
    this.recorder.start()
    this.began = performance.now()
    this.bar.hidden = false
    this.ticking = setInterval(() => this.tick(), 250)
    this.bar.querySelector('[data-record="keep"]').focus()
  }

  tick() {
    this.bar.querySelector("[data-length]").textContent = asLength(this.seconds)
    if (performance.now() - this.began > LONGEST) this.stop(true)
  }

  get seconds() {
    return Math.max(1, Math.round((performance.now() - this.began) / 1000))
  }

  stop(wanted) {
    if (!this.recorder) return
    this.wanted = wanted
    this.length = this.seconds
    clearInterval(this.ticking)
    this.bar.hidden = true
    this.recorder.stop()
    for (const track of this.recorder.stream.getTracks()) track.stop()
    this.recorder = null
    this.composer.text.focus()
  }

  keep(sound) {
    if (!this.wanted || !sound.size) return
    const file = new File([sound], `voice.${KINDS[sound.type]}`, { type: sound.type })
    const title = `${this.bar.dataset.title} ${asLength(this.length)}`
    this.composer.files.add([file], { seconds: this.length, title })
  }
}

const asLength = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
