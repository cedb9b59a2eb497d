// A slot is a link to the appointment's page; here the same opens in a dialog over the day. Blocked time has its dialog on the page already.
import { openDialog } from "../dialogs.js";

document.addEventListener("click", async (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const block = event.target.closest("a[data-open]");
  if (block && document.getElementById(block.dataset.open)) event.preventDefault();
  const link = event.target.closest("a.slot-link");
  const dialog = document.getElementById("slot-panel");
  if (!link || !dialog) return;
  event.preventDefault();
  const address = `${link.href}?${new URLSearchParams({ back: dialog.dataset.back })}`;
  const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || answer.redirected) { location.assign(link.href); return; }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  dialog.replaceChildren(...page.body.childNodes);
  openDialog(dialog, link);
});
