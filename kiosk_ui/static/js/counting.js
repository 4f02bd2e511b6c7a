// Says of each row of a count whether both sides agree, once both were filled in.
function judge(row) {
  const typed = [...row.querySelectorAll("input")];
  const value = (side, what) => {
    const input = row.querySelector(`[name^="${side}-${what}-"]`);
    return input ? input.value.trim() : row.dataset[`${side}${what}`];
  };
  const touched = typed.some((input) => input.name.startsWith("counted-") && input.value.trim());
  const equal = ["pieces", "pages"].every((what) => Number(value("listed", what) || 0) === Number(value("counted", what) || 0));
  row.classList.toggle("equal", touched && equal);
  row.classList.toggle("unequal", touched && !equal);
  row.querySelector("[data-verdict]").textContent = touched ? (equal ? row.dataset.equal : row.dataset.unequal) : "";
}

document.addEventListener("input", (event) => {
  const row = event.target.closest("[data-count-row]");
  if (row) judge(row);
});
document.querySelectorAll("[data-count-row]").forEach(judge);
