// The questions by keyboard: O (or Y) yes, N no, ? not known; each key answers the next open question.
const ANSWERS = { o: "yes", y: "yes", n: "no", "?": "unknown" };
const form = document.getElementById("questions");

form?.addEventListener("change", next);
addEventListener("keydown", (event) => {
  const answer = ANSWERS[event.key.toLowerCase()];
  if (!answer || event.ctrlKey || event.metaKey || event.altKey) return;
  const here = document.activeElement.closest("fieldset") ?? open();
  const box = here?.querySelector(`[value=${answer}]`);
  if (!box) return;
  event.preventDefault();
  box.checked = true;
  next();
});

function open() {
  return [...form.querySelectorAll("fieldset")].find((one) => !one.querySelector(":checked"));
}

function next() {
  const one = open();
  (one ? one.querySelector("input") : form.querySelector("button"))?.focus();
}
