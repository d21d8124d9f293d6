// Niceties only: every page works without this file.
"use strict";

// The drug list narrows while one types; without this the Search button does it.
for (const field of document.querySelectorAll("[data-filter]")) {
  const list = document.getElementById(field.dataset.filter);
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    for (const group of list.querySelectorAll("fieldset")) {
      let shown = 0;
      for (const button of group.querySelectorAll("button")) {
        const matches = `${button.value} ${button.dataset.names}`.toLowerCase().includes(wanted);
        button.hidden = !matches;
        shown += matches ? 1 : 0;
      }
      group.hidden = shown === 0;
    }
  });
}

// "Copy as curl" copies; without this (or without leave to copy) the link shows the command.
for (const link of document.querySelectorAll("a.curl")) {
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    try {
      const command = await (await fetch(link.href)).text();
      await navigator.clipboard.writeText(command);
      link.textContent = "Copied";
    } catch {
      location.assign(link.href);
    }
  });
}

// One click, one question: what is under way says so.
for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
    const note = document.createElement("p");
    note.className = "quiet";
    note.setAttribute("role", "status");
    note.textContent = `${form.dataset.busy}...`;
    form.append(note);
  });
}

// Coming back with the browser's arrow must find the forms usable again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[aria-busy]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
    form.querySelector("[role=status]")?.remove();
  }
});
