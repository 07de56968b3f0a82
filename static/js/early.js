// Enter after six digits presses nothing on the next page; no module runs so early.
addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.timeStamp < 1500 && /locked/.test(document.referrer)) event.preventDefault();
});
