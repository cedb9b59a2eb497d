// [data-copy="id"] copies the field's text; where the browser gives no clipboard, the text is selected instead.
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      if (!document.execCommand("copy")) return;
    }
    button.textContent = button.dataset.wordDone;
  });
}

// A field for files in our own words: the browser's button speaks the browser's language.
for (const field of document.querySelectorAll("[data-files]")) {
  const button = field.nextElementSibling;
  field.classList.add("hidden");
  button.hidden = false;
  field.addEventListener("change", () => {
    if (field.files.length) button.textContent = button.dataset.wordChosen.replace("{count}", field.files.length);
  });
}
