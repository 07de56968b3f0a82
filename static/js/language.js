// The language changes; what is typed comes along.
document.querySelector("form[action$='/language']").addEventListener("formdata", ({ formData }) => {
  const typed = document.querySelector("main form:has(input:not([type=hidden]), select)");
  for (const [name, value] of typed ? new FormData(typed) : []) if (!formData.has(name)) formData.append(name, value);
});
