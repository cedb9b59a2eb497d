// Prints the paper that is on the screen; where the browser does not let us, the link opens it in a tab of its own.
for (const link of document.querySelectorAll("[data-print]")) {
  link.addEventListener("click", (event) => {
    const frame = document.getElementById(link.dataset.print);
    try {
      frame.contentWindow.focus();
      frame.contentWindow.print();
      event.preventDefault();
    } catch {
      // the link does it
    }
  });
}
