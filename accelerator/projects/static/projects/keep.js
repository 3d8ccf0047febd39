// Keeps what is being typed in a step, for its author alone, and shows the published projects that resemble it.
// Without this file each step is saved by its button.

const PAUSE = 1500;
const WRITTEN = ["title", "summary", "problem", "solution"];

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

const resemble = (section) => {
  const list = section.querySelector("ul");
  const fields = WRITTEN.map((name) => document.querySelector(`form [name="${name}"]`)).filter(Boolean);
  let waiting = 0;

  const ask = async () => {
    const words = fields.map((field) => field.value).join(" ").slice(0, 300);
    try {
      const answer = await fetch(`${section.dataset.similar}?q=${encodeURIComponent(words)}`, {
        headers: { Accept: "application/json" },
      });
      if (!answer.ok) return;
      const { projets } = await answer.json();
      list.replaceChildren(
        ...projets.map((one) => {
          const line = document.createElement("li");
          const link = document.createElement("a");
          const summary = document.createElement("span");
          link.href = one.adresse;
          link.textContent = one.nom;
          summary.className = "fi-quiet";
          summary.textContent = ` ${one.resume}`;
          line.append(link, summary);
          return line;
        }),
      );
      section.hidden = projets.length === 0;
    } catch {
      // Nothing is lost: the next words will ask again.
    }
  };

  fields.forEach((field) =>
    field.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(ask, PAUSE);
    }),
  );
};

document.querySelectorAll("[data-keep]").forEach(keep);
document.querySelectorAll("[data-similar]").forEach(resemble);
