// An explorer on screen: the text form from Python, with something to press. Text is only ever set as text.

const WAIT_MS = 3000; // longer than any healthy count; after it the trainee is told
const KEYS = { "data-lm-suppress-shortcuts": "true" }; // JupyterLab would take arrow keys and letters for its own
let views = 0; // ids of two views of one explorer must differ

function node(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const build = tree => (typeof tree === "string" ? tree : node(tree[0], tree[1], ...tree.slice(2).map(build)));
const press = (text, act, attributes = {}) => {
  const button = node("button", { ...KEYS, type: "button", ...attributes }, text);
  button.onclick = act;
  return button;
};
const live = () => node("p", { class: "ice-said", role: "status" });

// Each kind gets what Python said, in place in the page, and makes it something to try.

function chart({ root, parts, say }) {
  if (parts.length < 2) return;
  const views = [...root.querySelectorAll(".ice-view")];
  const buttons = parts.map((part, i) => press(part.label, () => show(i)));
  const show = chosen => views.forEach((view, i) => {
    view.hidden = i !== chosen;
    buttons[i].setAttribute("aria-pressed", String(i === chosen));
  });
  views[0].before(node("div", { class: "ice-bar-of", role: "group", "aria-label": say("views") }, ...buttons));
  show(0);
}

function timeline({ root, say }) {
  const events = [...root.querySelectorAll("details")];
  const all = press(say("open-all"), () => {
    const open = events.some(event => !event.open);
    for (const event of events) event.open = open;
    all.textContent = say(open ? "close-all" : "open-all");
  });
  for (const event of events.slice(1)) event.open = false;
  root.querySelector("ol").before(node("div", { class: "ice-bar-of" }, all));
}

function finder({ root, parts, say, ask, name }) {
  const select = node("select", { ...KEYS, id: `${name}-ask` }, node("option", { value: "" }, say("pick")),
    ...parts.map((part, i) => node("option", { value: i }, part.label)));
  const found = node("div", { class: "ice-found", role: "status" });
  select.onchange = () => {
    const part = parts[select.value];
    found.replaceChildren(...(part ? [node("p", { class: "ice-chosen" }, part.label),
      node("p", { class: "ice-desk" }, `${say("desk")}: `, node("strong", {}, part.desk)), build(part.tree)] : []));
  };
  fold(root, say("all"), node("div", { class: "ice-field" }, node("label", { for: select.id }, ask), select), found);
}

function sorter({ root, parts, say, ask, bins }) {
  const stack = node("div", { class: "ice-stack" });
  const sorted = node("ul", { class: "ice-bins" });
  const said = live();
  let left, placed;
  function start() {
    left = [...parts];
    placed = new Map(bins.map(bin => [bin, []]));
    said.textContent = "";
    deal();
  }
  function shelves() {
    sorted.replaceChildren(...bins.map(bin => node("li", {}, node("strong", {}, `${bin}: `), placed.get(bin).join("; ") || say("none"))));
  }
  function deal() {
    shelves();
    const [card] = left;
    if (!card) {
      const again = press(say("restart"), () => {
        start();
        stack.querySelector("button").focus();
      });
      stack.replaceChildren(node("p", { class: "ice-card" }, say("done", { total: parts.length })), again);
      return again;
    }
    const text = node("p", { class: "ice-card", tabindex: "-1" }, node("small", {}, say("place", { n: parts.length - left.length + 1, total: parts.length })), card.label);
    const choices = node("div", { class: "ice-bar-of", role: "group", "aria-label": `${ask} ${card.label}` },
      ...bins.map(bin => press(bin, () => judge(card, bin))));
    stack.replaceChildren(text, node("p", { class: "ice-ask" }, ask), choices);
    return text;
  }
  function judge(card, chosen) {
    left.shift();
    const right = chosen === card.bin;
    if (right) placed.get(card.bin).push(card.label);
    else left.push(card);
    shelves();
    const verdict = say(right ? "right" : "wrong", { bin: card.bin, chosen });
    const next = press(say("next"), () => {
      said.textContent = "";
      deal().focus();
    }, { class: "ice-main" });
    const told = node("div", { class: "ice-told", "data-outcome": right ? "right" : "wrong", tabindex: "-1" },
      node("p", {}, node("strong", {}, verdict)), build(card.tree));
    stack.replaceChildren(stack.firstChild, told, next);
    told.focus(); // read once, by the focus
  }
  fold(root, say("all"), stack, said, node("p", { class: "ice-ask" }, say("sorted")), sorted);
  start();
}

function documents({ root, parts, say }) {
  const picture = root.querySelector(".ice-picture");
  const rows = [...root.querySelectorAll("[data-spot]")];
  const spots = parts.map((part, i) => {
    const [left, top, width, height] = part.box;
    return press(String(i + 1), () => {
      show(i);
      rows[i].focus();
    }, { class: "ice-spot", "aria-label": part.label, "aria-pressed": "false",
      style: `left:${left}%;top:${top}%;width:${width}%;height:${height}%` });
  });
  const show = chosen => rows.forEach((row, i) => {
    row.toggleAttribute("data-chosen", i === chosen);
    spots[i].setAttribute("aria-pressed", String(i === chosen));
  });
  rows.forEach(row => row.setAttribute("tabindex", "-1"));
  picture.append(node("div", { role: "group", "aria-label": say("spots") }, ...spots));
}

function calculator({ root, model, say, ask, name }) {
  const toHour = model.get("to_the_hour");
  const [day, hour] = model.get("when").split("T");
  const date = node("input", { ...KEYS, type: "date", id: `${name}-day`, value: day, min: "1970-01-01", max: "2099-12-31" });
  const time = node("input", { ...KEYS, type: "time", id: `${name}-hour`, value: hour ?? "" });
  const field = (text, input) => node("div", { class: "ice-field" }, node("label", { for: input.id }, text), input);
  const fields = node("fieldset", {}, node("legend", {}, ask), field(say("day"), date), ...(toHour ? [field(say("hour"), time)] : []));
  const said = live();
  const from = root.querySelector(".ice-from");
  from.replaceWith(fields);
  root.append(said);
  let waiting, shown = from.querySelector("strong").textContent;
  const changed = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => (said.textContent = say("no-reply", { when: shown })), WAIT_MS);
    model.set("when", toHour ? `${date.value}T${time.value}` : date.value);
    model.save_changes();
  };
  const counted = () => {
    const result = model.get("result");
    clearTimeout(waiting);
    if (result.tree) root.querySelector(".ice-deadlines").replaceWith(build(result.tree));
    said.textContent = result.said ?? result.wrong;
    said.classList.toggle("ice-wrong", Boolean(result.wrong));
    shown = result.when;
  };
  date.onchange = time.onchange = changed;
  model.on("change:result", counted);
  return () => {
    clearTimeout(waiting);
    model.off("change:result", counted);
  };
}

// What gives the answers away, or is long, is folded: the text form of a kind that is played with.
function fold(root, summary, ...before) {
  const table = root.querySelector("table");
  const folded = node("details", {}, node("summary", { ...KEYS }, summary));
  table.replaceWith(...before, folded);
  folded.append(table);
}

const KINDS = { chart, timeline, finder, sorter, document: documents, calculator };

export default {
  render({ model, el }) {
    const words = model.get("words");
    const say = (id, fill = {}) => words[id].replace(/\{(\w+)\}/g, (_, key) => fill[key] ?? "");
    const root = build(model.get("tree"));
    for (const link of root.querySelectorAll("a, summary")) link.setAttribute("data-lm-suppress-shortcuts", "true");
    const name = `ice-explorer-${++views}`;
    const end = KINDS[model.get("kind")]({ root, model, say, name, parts: model.get("parts"), ask: model.get("ask"), bins: model.get("bins") });
    el.append(root);
    // The same as text stands beside it: for print, and for a page without a kernel.
    const area = el.closest(".jp-OutputArea");
    area?.classList.add("ice-live");
    return () => {
      area?.classList.remove("ice-live");
      end?.();
    };
  },
};
