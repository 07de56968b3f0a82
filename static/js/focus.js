// What stands in the first field is typed over; a page with errors says them first.
document.querySelector("[autofocus]")?.select?.();
document.getElementById("error-summary")?.focus();
