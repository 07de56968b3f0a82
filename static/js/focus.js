// The first field is typed over; errors are said first.
document.querySelector("[autofocus]")?.select?.();
document.getElementById("error-summary")?.focus();
