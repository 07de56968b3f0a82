// A page that comes back with errors puts the cursor on their list, so that a screen reader says it first.
document.getElementById("error-summary")?.focus();
