// On a phone the tabs of a part are one row that scrolls: the present one stands in its middle.

export function startTabs() {
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const row = tab.parentElement.getBoundingClientRect();
    const at = tab.getBoundingClientRect();
    tab.parentElement.scrollLeft += at.left + at.width / 2 - row.left - row.width / 2;
  }
}
