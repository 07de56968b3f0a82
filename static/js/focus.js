// A page with errors puts the cursor on their list: a screen reader says it first.
document.getElementById("error-summary")?.focus();
