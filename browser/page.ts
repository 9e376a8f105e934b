/**
 * The script of all pages: language, theme, filters. It reads what the page already shows and adds nothing that is not there without
 * it. `npm run build:page-script` puts it, made small, into src/html/page-script.ts.
 *
 * A filter is a form `[data-filter]` and the list that the attribute names by id. Items of the list, `[data-item]`, are shown
 * when each select of the form is empty or equals the item's `data-<name of the select>`, and their text holds all words of the
 * input `[type=search]`. Folded groups, `[data-group]`, open when a filter is set. A link `[data-show="name=value&…"]` sets the selects of the form and goes to its section.
 */

const root = document.documentElement;

function elements<T extends Element>(selector: string, within: ParentNode = document): T[] {
  return [...within.querySelectorAll<T>(selector)];
}

function setLanguage(language: string): void {
  root.lang = language;
  for (const element of elements<HTMLElement>("[data-ko]")) {
    element.textContent = element.getAttribute(`data-${language}`);
  }
  for (const button of elements("[data-set-language]")) {
    button.setAttribute("aria-pressed", String(button.getAttribute("data-set-language") === language));
  }
}

function switchTheme(): void {
  const current = root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  root.dataset.theme = current === "dark" ? "light" : "dark";
}

/** Lower case, composed, so that 한글 typed on any system is found. */
function fold(text: string): string {
  return text.normalize("NFC").toLowerCase();
}

class Filter {
  readonly #form: HTMLFormElement;
  readonly #items: readonly { readonly element: HTMLElement; readonly text: string }[];
  readonly #groups: readonly HTMLElement[];

  constructor(form: HTMLFormElement) {
    const list = document.getElementById(form.dataset.filter ?? "") as HTMLElement;
    this.#form = form;
    this.#items = elements<HTMLElement>("[data-item]", list).map((element) => ({
      element,
      text: fold(element.textContent ?? ""),
    }));
    this.#groups = elements<HTMLElement>("[data-group]", list);
    form.addEventListener("input", () => this.apply());
    form.addEventListener("submit", (event) => event.preventDefault());
    // The fields have their first values only after the event.
    form.addEventListener("reset", () => setTimeout(() => this.apply()));
    this.apply();
  }

  get #selects(): HTMLSelectElement[] {
    return elements<HTMLSelectElement>("select", this.#form);
  }

  apply(): void {
    const chosen = this.#selects.filter(({ value }) => value !== "").map(({ name, value }) => ({ name, value }));
    const search = this.#form.querySelector<HTMLInputElement>("[type=search]")?.value ?? "";
    const words = fold(search).split(/\s+/).filter(Boolean);
    let nShown = 0;
    for (const { element, text } of this.#items) {
      const isShown =
        chosen.every(({ name, value }) => (element.dataset[name] ?? "").split(" ").includes(value)) &&
        words.every((word) => text.includes(word));
      element.hidden = !isShown;
      if (isShown) nShown++;
    }
    const isNarrowed = chosen.length > 0 || words.length > 0;
    for (const group of this.#groups) {
      group.hidden = group.querySelector("[data-item]:not([hidden])") === null;
      if (isNarrowed && group instanceof HTMLDetailsElement) group.open = true;
    }
    for (const count of elements("[data-count]", this.#form)) count.textContent = nShown.toLocaleString("en-US");
  }

  /** Sets the selects to these values, all others to none. */
  choose(values: URLSearchParams): void {
    this.#form.reset();
    for (const select of this.#selects) select.value = values.get(select.name) ?? "";
    this.apply();
  }

  /** Goes to the section around the form. */
  reveal(): void {
    const heading = this.#form.closest("section")?.querySelector<HTMLElement>("h2");
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    heading.scrollIntoView();
  }
}

root.dataset.scripted = "";
setLanguage(root.lang);

const filters = elements<HTMLFormElement>("[data-filter]").map((form) => new Filter(form));

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const language = target.closest("[data-set-language]")?.getAttribute("data-set-language");
  if (language) setLanguage(language);
  else if (target.closest("[data-switch-theme]")) switchTheme();
  const link = target.closest("[data-show]");
  const [filter] = filters;
  if (!link || !filter) return;
  event.preventDefault();
  filter.choose(new URLSearchParams(link.getAttribute("data-show") ?? ""));
  filter.reveal();
});
