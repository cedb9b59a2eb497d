// "…" menus are <details class="menu">: one open at a time, closed by a click outside or Escape; arrows move inside.

function close(menu, giveBackFocus) {
  menu.open = false;
  if (giveBackFocus) menu.querySelector("summary").focus();
}

export function startMenus() {
  const opened = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of opened()) if (!menu.contains(event.target)) close(menu, false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const menu of opened()) close(menu, menu.contains(document.activeElement));
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const menu = document.activeElement?.closest?.("details.menu[open]");
    if (!menu) return;
    const items = [...menu.querySelectorAll(".menu-item")];
    const at = items.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
    items[(at + items.length) % items.length]?.focus();
  });
}
