// Only what a page without a script can do without: a button that prints, the place of the reader after a form was sent, and a look
// again that takes nothing out of the reader's hands.
(() => {
  const button = document.querySelector("button.print");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  const tried = document.querySelector(".tried-answer");
  if (tried) {
    tried.scrollIntoView({ block: "center" });
    tried.focus({ preventScroll: true });
  }

  const reading = document.querySelector("#reading");
  const again = document.querySelector("a.again");
  if (!reading || !again) return;
  const look = async () => {
    try {
      const answer = await fetch(again.href, { cache: "no-store" });
      const found = answer.status === 200 ? new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#reading") : null;
      if (!found) {
        location.replace(again.href);
        return;
      }

      if (found.textContent !== reading.textContent) reading.replaceChildren(...found.children);
    } catch {
      // The next look tells more.
    }

    setTimeout(look, Number(reading.dataset.again) * 1000);
  };
  setTimeout(look, Number(reading.dataset.again) * 1000);
})();
