// Shows the published projects that resemble what is being written.

const PAUSE = 1500;
const WRITTEN = ["title", "summary", "problem", "solution"];

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

document.querySelectorAll("[data-similar]").forEach(resemble);
