// Keeps what is being typed in a form, for its author alone. Without this file the form is saved by its button.

const PAUSE = 1500;

const keep = (box) => {
  const form = box.querySelector("form");
  const said = box.querySelector("[data-keep-said]");
  let waiting = 0;
  let sending = false;
  let changed = false;

  const send = async () => {
    if (sending) return;
    sending = true;
    changed = false;
    try {
      const answer = await fetch(box.dataset.keep, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        redirect: "manual",
      });
      if (answer.type === "opaqueredirect") {
        said.textContent =
          "Votre session est fermée : le texte déjà gardé vous attend. Rouvrez une session dans un autre onglet, puis continuez ici.";
      } else {
        said.textContent = (await answer.json()).texte;
      }
    } catch {
      said.textContent = "Le réseau ne répond pas : le texte sera gardé dès qu’il revient.";
      changed = true;
    }
    sending = false;
    if (changed) waiting = setTimeout(send, PAUSE);
  };

  form.addEventListener("input", () => {
    changed = true;
    clearTimeout(waiting);
    waiting = setTimeout(send, PAUSE);
  });
  // Closing the page in the middle of a sentence loses nothing of it.
  addEventListener("pagehide", () => {
    if (changed) navigator.sendBeacon(box.dataset.keep, new FormData(form));
  });
  form.addEventListener("submit", () => {
    changed = false;
    clearTimeout(waiting);
  });
};

document.querySelectorAll("[data-keep]").forEach(keep);
