// <push-switch data-key data-known data-allow data-stop>: lets this browser be woken by notices, or not any more.
// `known` are the endpoints for which that holds: who signed out since has to say so again.
const token = () => document.querySelector("meta[name=csrf-token]")?.content ?? "";

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

class PushSwitch extends HTMLElement {
  async connectedCallback() {
    if (!("serviceWorker" in navigator) || !("PushManager" in window)) return this.show("missing");
    this.addEventListener("click", (event) => event.target.closest("button") && this.turn());
    this.worker = await navigator.serviceWorker.getRegistration();
    if (!this.worker) return this.show("missing");
    const subscription = await this.worker.pushManager.getSubscription();
    this.isOn = this.dataset.known.split(" ").includes(subscription?.endpoint);
    this.show(Notification.permission === "denied" ? "denied" : this.isOn ? "on" : "off");
  }

  show(state) {
    for (const part of this.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
  }

  async turn() {
    const manager = this.worker.pushManager;
    const subscription = await manager.getSubscription();
    try {
      if (this.isOn) {
        await this.tell(this.dataset.stop, { endpoint: subscription.endpoint });
        await subscription.unsubscribe();
        this.isOn = false;
        return this.show("off");
      }
      if ((await Notification.requestPermission()) !== "granted") return this.show("denied");
      const made = await manager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(this.dataset.key) });
      const { endpoint, keys } = made.toJSON();
      const answer = await this.tell(this.dataset.allow, { endpoint, ...keys });
      if (!answer.ok) await made.unsubscribe();
      this.isOn = answer.ok;
      this.show(answer.ok ? "on" : "failed");
    } catch {
      this.show("failed");
    }
  }

  tell(url, words) {
    return fetch(url, { method: "POST", headers: { "X-CSRFToken": token() }, body: new URLSearchParams(words) });
  }
}

customElements.define("push-switch", PushSwitch);
