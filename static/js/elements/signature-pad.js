// <signature-pad> around a canvas: takes a signature by finger, pen or mouse; or writes the name typed in its form.
class SignaturePad extends HTMLElement {
  connectedCallback() {
    this.paper = this.querySelector("canvas");
    this.pen = this.paper.getContext("2d");
    this.paper.addEventListener("pointerdown", (event) => this.begin(event));
    this.paper.addEventListener("pointermove", (event) => this.draw(event));
    for (const end of ["pointerup", "pointercancel"]) this.paper.addEventListener(end, () => (this.isDown = false));
    this.addEventListener("click", ({ target }) => {
      if (target.closest("[data-clear]")) this.clear();
      if (target.closest("[data-write]")) this.write(this.closest("form").elements.name.value.trim());
    });
    this.closest("form").addEventListener("reset", () => this.clear());
    this.clear();
  }

  clear() {
    this.pen.clearRect(0, 0, this.paper.width, this.paper.height);
    Object.assign(this.pen, { lineWidth: 4, lineCap: "round", lineJoin: "round", strokeStyle: "#000", fillStyle: "#000" });
    this.isSigned = false;
  }

  place({ clientX, clientY }) {
    const { left, top, width, height } = this.paper.getBoundingClientRect();
    return [((clientX - left) * this.paper.width) / width, ((clientY - top) * this.paper.height) / height];
  }

  begin(event) {
    event.preventDefault();
    this.paper.setPointerCapture(event.pointerId);
    this.isDown = true;
    this.pen.beginPath();
    this.pen.moveTo(...this.place(event));
    this.draw(event);
  }

  draw(event) {
    if (!this.isDown) return;
    this.pen.lineTo(...this.place(event));
    this.pen.stroke();
    this.isSigned = true;
    this.querySelector("[data-empty]").hidden = true;
  }

  write(name) {
    if (!name) return;
    this.clear();
    this.pen.font = "italic 64px cursive";
    this.pen.fillText(name, 24, this.paper.height / 2 + 20, this.paper.width - 48);
    this.isSigned = true;
  }

  // The picture as PNG; null, and a word about it, where nobody has signed.
  async drawn() {
    this.querySelector("[data-empty]").hidden = this.isSigned;
    return this.isSigned ? new Promise((done) => this.paper.toBlob(done, "image/png")) : null;
  }
}

customElements.define("signature-pad", SignaturePad);
