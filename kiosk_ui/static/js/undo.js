// An answer that fills a part of the page says in its head that what it did can be taken back.
document.addEventListener("htmx:after:request", (event) => {
  if (event.detail.ctx.response?.headers.get("x-undo")) document.body.dispatchEvent(new Event("undo-offered"));
});
