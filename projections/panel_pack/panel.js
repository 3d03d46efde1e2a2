// Filters for the register, and a search: more for those whose browser runs scripts. Every page reads whole without.
// Nothing is fetched from elsewhere: the rows are in files of this folder, loaded when they are first asked for.
"use strict";

const SHOWN = 200; // rows that are shown at once; a button shows as many more
const CASE = 0, LABEL = 1, RULED = 2, OUTCOME = 3, GROUNDS = 4, BY = 5, FOUND = 6, APPEAL = 7, TEXT = 8, CELLS = 9;
const parts = []; // of the rows, in their order
let rows = null;

// Each file of rows calls this.
function pollbookRows(part, found) { parts[part] = found; }

function plain(text) { return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase(); }

function load(form) {
  const files = Number(form.dataset.files);
  const one = (part) => new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = `data/rulings-${part + 1}.js`;
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  });
  return Promise.all([...Array(files).keys()].map(one)).then(() => {
    rows = parts.flat();
    for (const row of rows) row.plain = plain(row[TEXT]);
  });
}

function words(text) { return plain(text).split(/\s+/).filter(Boolean); }

function debounced(work) {
  let waiting;
  return () => { clearTimeout(waiting); waiting = setTimeout(work, 120); };
}

function more(list, found, write) {
  // Shows some, and a button for as many more; the focus goes to the first of the new ones.
  const place = document.getElementById("more");
  place.replaceChildren();
  list.replaceChildren(...found.slice(0, SHOWN).map(write));
  if (found.length <= SHOWN) return;
  const button = document.createElement("button");
  button.type = "button";
  const say = () => { button.textContent = `Show ${Math.min(SHOWN, found.length - list.children.length)} more`; };
  button.addEventListener("click", () => {
    const first = list.children.length;
    list.append(...found.slice(first, first + SHOWN).map(write));
    list.children[first].querySelector("a").focus();
    if (list.children.length === found.length) button.remove(); else say();
  });
  say();
  place.append(button);
}

// The register

function register(form) {
  const table = document.getElementById("rulings");
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const caption = table.caption.textContent;
  const whole = [...body.rows];
  const pages = document.getElementById("pages");
  const said = form.querySelector("output");
  const field = (name) => form.elements[name].value;

  const fits = (row) => {
    if (!row[OUTCOME]) return false; // a case on which there is no ruling yet
    const equal = (name, place) => !field(name) || row[place] === field(name);
    return (!field("ground") || row[GROUNDS].includes(field("ground")))
      && equal("by", BY) && equal("outcome", OUTCOME) && equal("found", FOUND) && equal("appeal", APPEAL)
      && (!field("from") || row[RULED] >= field("from")) && (!field("to") || row[RULED] <= field("to"))
      && words(field("text")).every((word) => row.plain.includes(word));
  };
  const write = (row) => {
    const line = document.createElement("tr");
    const [first, ...others] = row[CELLS];
    const name = document.createElement("th");
    name.scope = "row";
    const way = document.createElement("a");
    way.href = row[CASE];
    way.textContent = first;
    name.append(way);
    line.append(name, ...others.map((text) => {
      const cell = document.createElement("td");
      cell.textContent = text;
      return cell;
    }));
    [...line.cells].forEach((cell, place) => {
      if (heads[place].className) cell.className = heads[place].className;
      cell.dataset.head = heads[place].textContent;
    });
    return line;
  };
  const asked = () => [...new FormData(form)].filter(([, value]) => value);
  const show = () => {
    const now = asked();
    history.replaceState(null, "", now.length ? "#" + new URLSearchParams(now) : location.pathname + location.search);
    if (!now.length) {
      body.replaceChildren(...whole);
      document.getElementById("more").replaceChildren();
      table.caption.textContent = caption;
      said.textContent = form.dataset.all;
      if (pages) pages.hidden = false;
      return;
    }
    const found = rows.filter(fits);
    said.textContent = `${found.length.toLocaleString("en")} of ${form.dataset.all}`;
    table.caption.textContent = `Rulings that fit: ${said.textContent}`;
    if (pages) pages.hidden = true;
    more(body, found, write);
  };
  const change = () => {
    if (rows) return show();
    said.textContent = "Reading";
    return load(form).then(show, () => { said.textContent = "The files of rows are missing from this folder"; });
  };
  const fromAddress = () => {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const fields = [...form.querySelectorAll("[name]")];
    for (const each of fields) each.value = wanted.get(each.name) || "";
    if (fields.some((each) => each.value) || rows) change();
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); change(); });
  form.addEventListener("input", debounced(change));
  form.addEventListener("reset", () => setTimeout(change));
  window.addEventListener("hashchange", fromAddress);
  form.hidden = false;
  document.getElementById("lists").hidden = true; // the filter does what they do
  said.textContent = form.dataset.all;
  fromAddress();
}

// The search

function search(form) {
  const list = document.getElementById("found");
  const said = form.querySelector("output");
  const write = (row) => {
    const item = document.createElement("li");
    const way = document.createElement("a");
    way.href = row[CASE];
    way.textContent = row[LABEL];
    const text = document.createElement("p");
    text.textContent = row[TEXT];
    item.append(way, text);
    return item;
  };
  const show = () => {
    const asked = words(form.elements.text.value);
    const found = asked.length ? rows.filter((row) => asked.every((word) => row.plain.includes(word))) : [];
    said.textContent = asked.length ? `${found.length.toLocaleString("en")} found` : "";
    more(list, found, write);
  };
  const change = () => (rows ? show() : load(form).then(show, () => {
    said.textContent = "The files of rows are missing from this folder";
  }));
  form.addEventListener("submit", (event) => { event.preventDefault(); change(); });
  form.addEventListener("input", debounced(change));
  form.addEventListener("reset", () => setTimeout(change));
  form.hidden = false;
}

for (const [name, begin] of [["register-filter", register], ["search", search]]) {
  const form = document.getElementById(name);
  if (form) begin(form);
}
