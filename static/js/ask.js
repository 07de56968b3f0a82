// O or Y, N, ?: each key answers the next open question.
const ANSWERS = { o: "yes", y: "yes", n: "no", "?": "unknown" };
const form = document.getElementById("questions");
const open = () => form.querySelector("fieldset:not(:has(:checked))");

addEventListener("keydown", (event) => {
  const here = document.activeElement.closest("fieldset") ?? open();
  const box = here?.querySelector(`[value=${ANSWERS[event.key.toLowerCase()]}]`);
  if (!box || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  box.click();
  (open()?.querySelector("input") ?? form.querySelector("button")).focus();
});
