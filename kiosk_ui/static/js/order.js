// Pages are put in order by dragging; the buttons 上移 and 下移 do the same without dragging.
// The order is that of the hidden fields when the form is sent.
function ready() {
  const list = document.querySelector("[data-order]");
  if (list && !list.dataset.sorting) {
    list.dataset.sorting = "yes";
    Sortable.create(list, { animation: 120, delay: 150, delayOnTouchOnly: true, filter: "button", preventOnFilter: false });
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  if (!button) return;
  const item = button.closest("li");
  const [moved, before] = button.dataset.move === "up" ? [item, item.previousElementSibling] : [item.nextElementSibling, item];
  if (moved && before) before.before(moved);
  button.focus();
});

ready();
document.addEventListener("htmx:after:swap", ready);
