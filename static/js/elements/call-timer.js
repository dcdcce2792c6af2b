// <call-timer data-into="id_duration"> with a button and an output: counts a call's time and writes it into the field.
class CallTimer extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("button")
    this.output = this.querySelector("output")
    this.button.addEventListener("click", this)
  }

  disconnectedCallback() {
    clearInterval(this.ticking)
  }

  handleEvent() {
    this.began ? this.stop() : this.start()
  }

  start() {
    this.began = Date.now()
    this.ticking = setInterval(() => this.show(), 500)
    this.say("stop")
  }

  stop() {
    this.show()
    clearInterval(this.ticking)
    this.began = 0
    this.say("start")
  }

  show() {
    const seconds = Math.round((Date.now() - this.began) / 1000)
    const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
    this.output.value = text
    const field = document.getElementById(this.dataset.into)
    if (field) field.value = text
  }

  say(word) {
    this.button.querySelector("span").textContent = this.button.dataset[word]
    this.button.setAttribute("aria-pressed", String(Boolean(this.began)))
  }
}

customElements.define("call-timer", CallTimer)
