// A code was read: by a gun at the box, which sends a signal with a number, or by one that typed
// into this page (wedge.js). The box says what it means; a place on the screen that waits for such
// a code takes it (`data-scan` names what it waits for: dossier, shelf or any), else its page opens.
const notice = document.getElementById("code-said");
const find = document.getElementById("find");

function waiting(means) {
  const fits = [...document.querySelectorAll("input[data-scan], textarea[data-scan]")].filter((place) =>
    !place.disabled && !place.readOnly && place.checkVisibility()
    // What is none of our codes goes only where the clerk has pointed.
    && (["any", means].includes(place.dataset.scan) || (means === "other" && place === document.activeElement)));
  return fits.find((place) => place === document.activeElement) ?? fits.find((place) => !place.value) ?? fits[0];
}

function act({ means, text, go, person, letter, said }) {
  const place = means === "misread" ? undefined : waiting(means);
  notice.hidden = true;
  if (place) {
    // Where several may stand, each stands on a line of its own.
    const lines = place.value.split("\n").filter((line) => line.trim() && line !== text);
    place.value = place.tagName === "TEXTAREA" ? [...lines, text].join("\n") : text;
    place.focus();
    for (const kind of ["input", "change"]) place.dispatchEvent(new Event(kind, { bubbles: true }));
    // Where the code was the last thing wanted, reading it is enough.
    if (place.form?.hasAttribute("data-send-read") && place.form.checkValidity()) place.form.requestSubmit();
  } else if (means === "shelf" && document.querySelector("form[data-place]")) {
    // On the overview of a dossier, the code of a shelf says where it was put.
    const form = document.querySelector("form[data-place]");
    form.elements.shelf.value = text;
    form.requestSubmit();
  } else if (said) {
    notice.querySelector("div").textContent = said;
    notice.hidden = false;
  } else if (go) {
    const slot = person && document.querySelector("[data-person-slot]");
    const called = letter && document.querySelector("[data-letter-slot]");
    location.href = slot ? slot.dataset.personSlot + person : called ? called.dataset.letterSlot + letter : go;
  } else {
    find.elements.q.value = text;
    find.submit();
  }
}

// One after another: who counts a shelf reads faster than answers come.
let asked = Promise.resolve();
const ask = (address, typed) => { asked = asked.then(() => tell(address, typed)); };

async function tell(address, typed) {
  const sent = typed && { method: "POST", body: typed, headers: { "x-csrftoken": typed.get("_csrf_token") } };
  const answer = await fetch(address, sent).catch(() => null);
  if (answer?.ok) act(await answer.json());
}

// What lies beneath the document camera is read by a button.
document.querySelector("[data-see-code]")?.addEventListener("click", () => {
  ask("/codes/seen", new URLSearchParams({ _csrf_token: find.elements._csrf_token.value }));
});
document.addEventListener("code", (event) => ask(`/codes/${JSON.parse(event.detail.data).code}`));
document.addEventListener("code-typed", (event) => {
  ask("/codes/typed", new URLSearchParams({ q: event.detail, _csrf_token: find.elements._csrf_token.value }));
});
