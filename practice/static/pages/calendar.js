// A slot is a link to the appointment's page; here it opens the dialog that is on the page already (dialogs.js does the opening).

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-open]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (document.getElementById(link.dataset.open)) event.preventDefault();
});
