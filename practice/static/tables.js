// Bulk actions: the bar ([data-bulk]) is shown only while a row is ticked, and says how many.

export function startTables() {
  const bar = document.querySelector("[data-bulk]");
  const all = document.querySelector("[data-tick-all]");
  const ticks = () => [...document.querySelectorAll("[data-tick]")];
  if (!bar && !all) return;

  function show() {
    const picked = ticks().filter((tick) => tick.checked).length;
    if (all) {
      all.checked = picked > 0 && picked === ticks().length;
      all.indeterminate = picked > 0 && picked < ticks().length;
    }
    if (!bar) return;
    bar.hidden = picked === 0;
    const count = bar.querySelector("[data-bulk-count]");
    count.textContent = count.dataset.word.replace("{n}", picked);
  }

  all?.addEventListener("change", () => {
    for (const tick of ticks()) tick.checked = all.checked;
    show();
  });
  document.addEventListener("change", (event) => { if (event.target.matches("[data-tick]")) show(); });
  show();
}
