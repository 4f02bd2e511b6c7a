// The station's signals arrive at #live as events that htmx triggers there and that bubble up.
// Most screens name them in hx-trigger; here are the two that concern every screen.
const live = document.getElementById("live");

// A card swiped opens its person at once, or the search that says that nobody is on record.
// On a screen that waits for a person, the card fills that place instead.
document.addEventListener("card", (event) => {
  const slot = document.querySelector("[data-person-slot]");
  location.href = (slot?.dataset.personSlot ?? "/persons/") + JSON.parse(event.detail.data).person;
});
document.addEventListener("card-unread", () => { document.getElementById("card-unread").hidden = false; });
document.addEventListener("card-new", () => { location.href = "/search/card"; });

// The line to the box itself: say so when it is gone, and take it back when it returns.
live?.addEventListener("htmx:sse:error", () => { document.getElementById("line-lost").hidden = false; });
live?.addEventListener("htmx:sse:after:connection", () => { document.getElementById("line-lost").hidden = true; });
