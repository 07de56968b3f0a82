// Back shows a page, never "send again?". A kept time tells its end.
history.replaceState(0, "");
for (const words of document.querySelectorAll("[data-left] span")) {
  watch(words, words.parentNode, performance.now() + words.parentNode.dataset.left * 1000);
}

function watch(words, box, end) {
  const { minutes, last, over } = box.dataset;
  const seconds = Math.round((end - performance.now()) / 1000);
  if (seconds <= 0) {
    box.textContent = over;
    return box.classList.replace("soft", "wait");
  }
  words.textContent = ` (${seconds > 120 ? minutes.replace("#", Math.ceil(seconds / 60)) : last})`;
  setTimeout(watch, Math.min(seconds % 60 || 60, seconds) * 1000, words, box, end);
}
