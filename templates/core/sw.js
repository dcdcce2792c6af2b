// The offline notice; nothing else is kept, so that nobody ever sees an old page.
const OFFLINE = "{% url 'offline' %}";
const KEPT = [OFFLINE, "{% static 'css/offline.css' %}", "{% static 'img/logo.svg' %}"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open("offline-1").then((cache) => cache.addAll(KEPT)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.mode === "navigate") {
    event.respondWith(fetch(event.request).catch(() => caches.match(OFFLINE)));
  } else if (KEPT.includes(path)) {
    event.respondWith(fetch(event.request).catch(() => caches.match(path)));
  }
});
