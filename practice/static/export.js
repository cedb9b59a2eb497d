// A list that is saved as a file says how far it is: rows of how many for CSV, that it is being made for XLSX.
// Without this file the links save the same files.

const status = document.querySelector("[data-export-status]");

async function save(link) {
  const words = status.dataset;
  status.textContent = words.making;
  const answer = await fetch(link.href);
  if (answer.redirected) { // the password is asked first, on a page of its own
    location.href = link.href;
    return;
  }
  if (!answer.ok || !answer.headers.has("X-Rows")) {
    status.textContent = words.failed;
    return;
  }
  const rows = Number(answer.headers.get("X-Rows"));
  const named = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition"));
  const pieces = [];
  let lines = -1; // the heads
  for (const reader = answer.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    if (link.href.includes("/csv/")) {
      for (const byte of value) lines += byte === 10;
      status.textContent = words.rows.replace("{done}", Math.max(0, Math.min(lines, rows))).replace("{all}", rows);
    }
  }
  const saved = document.createElement("a");
  saved.href = URL.createObjectURL(new Blob(pieces));
  saved.download = named ? named[1] : "list";
  saved.click();
  setTimeout(() => URL.revokeObjectURL(saved.href), 60_000);
  status.textContent = words.saved;
}

if (status) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-export]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    link.closest("details")?.removeAttribute("open");
    save(link).catch(() => { status.textContent = status.dataset.failed; });
  });
}
