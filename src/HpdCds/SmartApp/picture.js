// Only what a page without a script can do without: a button that prints, and the place of the reader after a form was sent.
(() => {
  const button = document.querySelector("button.print");
  button.hidden = false;
  button.addEventListener("click", () => window.print());
  document.querySelector(".tried-answer")?.scrollIntoView({ block: "center" });
})();
