// <lazy-part data-source>: fetches what it shows once it comes onto the screen; what only its reader may know stands there.
class LazyPart extends HTMLElement {
  connectedCallback() {
    this.eye = new IntersectionObserver(([seen]) => seen.isIntersecting && this.load());
    this.eye.observe(this);
  }

  disconnectedCallback() {
    this.eye.disconnect();
  }

  async load() {
    this.eye.disconnect();
    const answer = await fetch(this.dataset.source, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (answer?.ok && !answer.redirected) this.innerHTML = await answer.text();
  }
}

customElements.define("lazy-part", LazyPart);
