// What htmx needs to know on every page: the token against forged requests, and what a failed request says.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]');
  if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.content;
});

const say = (text) =>
  document.dispatchEvent(new CustomEvent("toast", { detail: { text, kind: "danger" } }));

document.addEventListener("htmx:responseError", (event) => {
  const words = document.querySelector("toast-list")?.dataset ?? {};
  say(event.detail.xhr.status === 403 ? words.forbidden : words.failed);
});
document.addEventListener("htmx:sendError", () => say(document.querySelector("toast-list")?.dataset.offline));

// A form that comes back with errors has the focus on the first of them.
document.addEventListener("htmx:afterSettle", (event) => {
  event.detail.target?.querySelector('[aria-invalid="true"]')?.focus();
});
document.querySelector('main [aria-invalid="true"]')?.focus();
