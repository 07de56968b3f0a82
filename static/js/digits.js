// Six digits send the form, once, even where Enter follows.
for (const field of document.querySelectorAll("[data-digits]")) {
  let sent = 0;
  field.form.addEventListener("submit", (event) => sent++ && event.preventDefault());
  field.addEventListener("input", () => field.value.length === 6 && field.form.requestSubmit());
}
