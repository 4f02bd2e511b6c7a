// The station's signals arrive at #live as events that htmx triggers there and that bubble up.
// Most screens name them in hx-trigger; here are the two that concern every screen.
const live = document.getElementById("live");

// A card swiped opens its person at once, or the search that says that nobody is on record.
// On a screen that waits for a person, the card fills that place instead.
// Where the name on a card is wanted, such as a borrower's, the card fills that field.
async function fillsName({ card }) {
  const place = document.querySelector("input[data-scan=holder]");
  if (!place || !card) return false;
  const answer = await fetch(`/cards/${card}`).catch(() => null);
  if (!answer?.ok) return false;
  place.value = (await answer.json()).name;
  for (const kind of ["input", "change"]) place.dispatchEvent(new Event(kind, { bubbles: true }));
  return true;
}

document.addEventListener("card", async (event) => {
  if (await fillsName(JSON.parse(event.detail.data))) return;
  const slot = document.querySelector("[data-person-slot]");
  location.href = (slot?.dataset.personSlot ?? "/persons/") + JSON.parse(event.detail.data).person;
});
document.addEventListener("card-unread", () => { document.getElementById("card-unread").hidden = false; });
document.addEventListener("card-new", async (event) => {
  if (!(await fillsName(JSON.parse(event.detail.data || "{}")))) location.href = "/search/card";
});

// The line to the box itself: say so when it is gone, and take it back when it returns.
document.addEventListener("hello", () => { live.dataset.line = "open"; });
live?.addEventListener("htmx:sse:error", () => {
  live.dataset.line = "lost";
  document.getElementById("line-lost").hidden = false;
});
live?.addEventListener("htmx:sse:after:connection", () => { document.getElementById("line-lost").hidden = true; });
