// Suggests places, or other things that one names (data-places-words), while one types (ARIA APG, editable combobox
// with a list, manual selection).
// Without this file the fields work: the server reads the text.

const WAIT = 150;
const SHORTEST = 2;
const WORDS = { list: "Lieux proposés", none: "Aucun lieu trouvé.", one: "lieu proposé", many: "lieux proposés" };

const element = (tag, attributes = {}, text = "") => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
};

class PlacesField {
  constructor(input) {
    this.input = input;
    this.box = input.closest("[data-places-field]");
    this.several = input.dataset.placesSeveral === "oui";
    this.words = input.dataset.placesWords ? JSON.parse(input.dataset.placesWords) : WORDS;
    this.options = [];
    this.active = -1;
    this.request = null;

    this.list = element("ul", { id: `${input.id}_liste`, role: "listbox", class: "places__list", hidden: "" });
    this.list.setAttribute("aria-label", this.words.list);
    this.said = element("p", { class: "fr-sr-only", role: "status", "aria-live": "polite" });
    input.after(this.list, this.said);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", this.list.id);

    input.addEventListener("input", () => this.later());
    input.addEventListener("keydown", (event) => this.onKey(event));
    input.addEventListener("blur", () => this.close());
    // The press must not take the focus from the field.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(Number(option.dataset.rank));
    });
  }

  // The part of the text being typed: after the last semicolon, when several places may be given.
  get typed() {
    return (this.several ? this.input.value.split(";").pop() : this.input.value).trim();
  }

  later() {
    this.forget();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    if (this.request) this.request.abort();
    const text = this.typed;
    if (text.length < SHORTEST) {
      this.close();
      return;
    }
    this.request = new AbortController();
    const address = new URL(this.input.dataset.places, document.baseURI);
    address.searchParams.set("q", text);
    if (this.input.dataset.placesKinds) address.searchParams.set("genres", this.input.dataset.placesKinds);
    try {
      const answer = await fetch(address, { signal: this.request.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.statusText);
      const { suggestions } = await answer.json();
      if (this.typed === text && document.activeElement === this.input) this.show(suggestions);
    } catch (error) {
      // An answer that does not come leaves a plain field, which the server reads.
      if (error.name !== "AbortError") this.close();
    }
  }

  show(suggestions) {
    this.options = suggestions;
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(
      ...suggestions.map((suggestion, rank) => {
        const option = element("li", {
          id: `${this.input.id}_option_${rank}`,
          role: "option",
          class: "places__option",
          "aria-selected": "false",
          "data-rank": String(rank),
        });
        option.append(
          element("span", { class: "places__label" }, suggestion.label),
          element("span", { class: "places__detail" }, suggestion.detail),
        );
        return option;
      }),
    );
    const count = suggestions.length;
    const guessed = count > 0 && suggestions[0].guessed;
    this.list.hidden = count === 0;
    this.input.setAttribute("aria-expanded", String(count > 0));
    if (count === 0) this.said.textContent = this.words.none;
    else if (guessed) this.said.textContent = `Aucun lieu de ce nom ; ${count} nom${count > 1 ? "s proches" : " proche"}.`;
    else this.said.textContent = `${count} ${count > 1 ? this.words.many : this.words.one}. Flèches pour parcourir, Entrée pour choisir.`;
  }

  close() {
    this.list.hidden = true;
    this.options = [];
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  onKey(event) {
    if (event.isComposing) return;
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) this.ask();
      else this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && open && this.active >= 0) {
      event.preventDefault();
      this.choose(this.active);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      this.close();
    } else if (event.key === "Tab" && open && this.active >= 0) {
      this.choose(this.active);
    }
  }

  // One step in the list; before the first and after the last stands the field itself.
  move(step) {
    const count = this.options.length;
    this.active = ((this.active + 1 + step + count + 1) % (count + 1)) - 1;
    [...this.list.children].forEach((option, rank) => {
      option.setAttribute("aria-selected", String(rank === this.active));
    });
    if (this.active < 0) {
      this.input.removeAttribute("aria-activedescendant");
    } else {
      const option = this.list.children[this.active];
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }
  }

  choose(rank) {
    const chosen = this.options[rank];
    clearTimeout(this.timer);
    this.close();
    this.forget();
    if (this.several) this.keep(chosen);
    else this.fill(chosen);
    this.said.textContent = `${chosen.label} : choisi.`;
  }

  // The choices offered for an earlier text no longer hold.
  forget() {
    this.box.querySelectorAll(`input[name="${this.input.name}_key"], input[name="${this.input.name}_key_of"]`)
      .forEach((input) => input.type === "hidden" && input.remove());
    this.box.querySelector(".places__candidates")?.remove();
  }

  fill(chosen) {
    this.input.value = chosen.label;
    for (const [suffix, value] of [["key", chosen.key], ["key_of", chosen.label]]) {
      this.box.append(element("input", { type: "hidden", name: `${this.input.name}_${suffix}`, value }));
    }
  }

  keep(chosen) {
    const before = this.input.value.split(";").slice(0, -1).map((part) => part.trim()).filter(Boolean);
    this.input.value = before.length ? `${before.join("; ")}; ` : "";
    const kept = this.box.querySelector(".places__kept");
    const name = `${this.input.name}_kept`;
    const present = [...kept.querySelectorAll("input")].find((input) => input.value === chosen.key);
    if (present) {
      present.checked = true;
      return;
    }
    const id = `${this.input.id}_retenu_${chosen.key}`;
    const box = element("input", { type: "checkbox", id, name, value: chosen.key });
    box.checked = true;
    const group = element("div", { class: "fr-checkbox-group fr-checkbox-group--sm" });
    group.append(box, element("label", { class: "fr-label", for: id }, chosen.label));
    const line = element("div", { class: "fr-fieldset__element" });
    line.append(group);
    kept.append(line);
    kept.classList.remove("places__kept--empty");
  }
}

document.querySelectorAll("input[data-places]").forEach((input) => new PlacesField(input));
