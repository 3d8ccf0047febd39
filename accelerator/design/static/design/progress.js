// Follows a long work without reloading the page: moves its bar, says how far it is now and then, shows the end.
// Without this file the page has a link to ask again.

const EVERY = 2000;
// A screen reader is told at each quarter, not at each step.
const SAID_EVERY = 25;

const follow = (box) => {
  const bar = box.querySelector("progress");
  const text = box.querySelector("strong");
  const said = box.querySelector("[data-progress-said]");
  let lastSaid = bar.value;

  const ask = async () => {
    try {
      const answer = await fetch(box.dataset.progressNews, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const news = await answer.json();
      if (news.fini) {
        location.replace(location.pathname);
        return;
      }
      bar.value = news.part;
      text.textContent = news.texte;
      if (news.part - lastSaid >= SAID_EVERY) {
        lastSaid = news.part;
        said.textContent = `${news.part} %`;
      }
    } catch {
      // The network is away: the next time will tell.
    }
    setTimeout(ask, EVERY);
  };
  setTimeout(ask, EVERY);
};

document.querySelectorAll("[data-progress-news]").forEach(follow);
document.querySelectorAll(".fi-without-script").forEach((one) => one.remove());
