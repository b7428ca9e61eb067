// Reload the tracking page when its ticket moves.  Everything works without this: reloading by hand shows the same.
"use strict";
const place = document.querySelector("[data-events]");
if (place && "EventSource" in window) {
  const source = new EventSource(place.dataset.events);
  source.addEventListener("progress", (event) => {
    const typing = document.activeElement && /^(TEXTAREA|INPUT|SELECT)$/.test(document.activeElement.tagName);
    if (Number(event.lastEventId) > Number(place.dataset.version) && !typing) location.reload();
  });
  window.addEventListener("pagehide", () => source.close());
}
