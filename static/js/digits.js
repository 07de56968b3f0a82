// Six digits are enough said: the form goes off by itself, without Enter.
for (const field of document.querySelectorAll("[data-digits]")) {
  field.addEventListener("input", () => {
    if (field.value.length === Number(field.dataset.digits)) field.form.requestSubmit();
  });
}
