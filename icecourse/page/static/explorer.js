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
const press = (content, act, attributes = {}) => {
  const button = node("button", { ...KEYS, type: "button", ...attributes }, content);
  button.onclick = act;
  return button;
};
const group = (label, ...children) => node("div", { class: "ice-row", role: "group", "aria-label": label }, ...children);
const field = (text, input) => node("div", { class: "ice-field" }, node("label", { for: input.id }, text), input);

// The text form of what is tried out piece by piece gives the answers away, or is long.
function fold(text, summary, ...before) {
  const folded = node("details", { class: "ice-all" }, node("summary", {}, summary));
  text.replaceWith(...before, folded);
  folded.append(text);
}

// Each kind gets what Python said, in place in the page, and makes it something to try.

function chart({ find, parts, say }) {
  if (parts.length < 2) return;
  const shown = find(".ice-view");
  const buttons = parts.map((part, i) => press(part.label, () => show(i)));
  const show = chosen => shown.forEach((view, i) => {
    view.hidden = i !== chosen;
    buttons[i].setAttribute("aria-pressed", i === chosen);
  });
  shown[0].before(group(say("views"), ...buttons));
  show(0);
}

function timeline({ find, say }) {
  const events = find("details");
  const all = press(say("open-all"), () => {
    const open = events.some(event => !event.open);
    for (const event of events) event.open = open;
    all.textContent = say(open ? "close-all" : "open-all");
  });
  for (const event of events.slice(1)) event.open = false;
  find("ol")[0].before(node("div", { class: "ice-row" }, all));
}

function finder({ find, parts, say, ask, name }) {
  const select = node("select", { ...KEYS, id: name }, node("option", { value: "" }, say("pick")),
    ...parts.map((part, i) => node("option", { value: i }, part.label)));
  const found = node("div", { class: "ice-found", role: "status" });
  select.onchange = () => {
    const part = parts[select.value];
    found.replaceChildren(...(part ? [node("p", {}, part.label),
      node("p", {}, `${say("desk")}: `, node("strong", {}, part.desk)), build(part.tree)] : []));
  };
  fold(find("table")[0], say("all"), field(ask, select), found);
}

function sorter({ find, parts, say, ask, bins }) {
  const stack = node("div");
  const sorted = node("div", { class: "ice-bins" });
  let left, placed;
  function start() {
    left = parts.map(part => [Math.random(), part]).sort(([a], [b]) => a - b).map(([, part]) => part);
    placed = bins.map(() => []);
    return deal();
  }
  function shelve() {
    sorted.replaceChildren(...bins.map((bin, i) => node("div", {}, node("h4", {}, bin),
      node("ul", {}, ...(placed[i].length ? placed[i] : [say("none")]).map(text => node("li", {}, text))))));
  }
  function deal() { // gives what is to have the focus
    shelve();
    const [card] = left;
    if (!card) {
      const again = press(say("restart"), () => start().focus());
      stack.replaceChildren(node("p", { class: "ice-card" }, say("done", { total: parts.length })), again);
      return again;
    }
    const count = say("place", { done: parts.length - left.length, total: parts.length });
    const text = node("p", { class: "ice-card", tabindex: "-1" }, node("small", {}, count), card.label);
    stack.replaceChildren(text, node("p", {}, ask), group(ask, ...bins.map(bin => press(bin, () => judge(card, bin)))));
    return text;
  }
  function judge(card, chosen) {
    const outcome = chosen === card.bin ? "right" : "wrong";
    left.shift();
    if (outcome === "right") placed[bins.indexOf(chosen)].push(card.label);
    else left.push(card);
    shelve();
    const told = node("div", { class: "ice-told", "data-outcome": outcome, tabindex: "-1" },
      node("p", {}, node("strong", {}, say(outcome, { bin: card.bin, chosen }))), build(card.tree));
    stack.replaceChildren(stack.firstChild, told, press(say("next"), () => deal().focus(), { class: "ice-main" }));
    told.focus(); // read once, by the focus
  }
  fold(find("table")[0], say("all"), stack, sorted);
  start();
}

function picture({ find, parts, say }) {
  const [[frame], [list]] = [find(".ice-frame"), find(".ice-spots")];
  const note = node("div", { class: "ice-note", role: "status" });
  const spots = parts.map(({ label, style }, i) => press(node("span", {}, i + 1), () => show(i),
    { class: "ice-spot", "aria-label": label, "aria-expanded": "false", style }));
  let open = -1;
  function show(chosen) {
    open = chosen === open ? -1 : chosen;
    spots.forEach((spot, i) => spot.setAttribute("aria-expanded", i === open));
    note.replaceChildren(...(open < 0 ? [] : list.cloneNode(true).children[open].children));
    if (open < 0) return;
    const [left, top, width, height] = parts[open].box; // the note stands beside the spot, never over it
    const across = left + width / 2 > 50 ? `right:${100 - left - width}%` : `left:${left}%`;
    note.style = `${across};${top + height / 2 > 50 ? `bottom:${100 - top}%` : `top:${top + height}%`}`;
  }
  frame.parentNode.onkeydown = event => {
    if (event.key !== "Escape" || open < 0) return;
    spots[open].focus();
    show(open);
  };
  const spotted = group(say("spots"), frame.firstChild, ...spots);
  spotted.className = "ice-frame";
  spotted.style = "position:relative";
  frame.replaceWith(spotted, note);
  fold(list, say("all"));
}

function calculator({ find, model, say, ask, name }) {
  const inputs = model.get("when").split("T").map((value, i) =>
    node("input", { ...KEYS, type: i ? "time" : "date", id: `${name}-${i}`, value }));
  const [from] = find(".ice-from");
  const said = node("p", { class: "ice-said", role: "status" });
  let shown = from.lastChild.textContent; // what the dates on the screen were counted from
  let waiting;
  from.replaceWith(node("fieldset", {}, node("legend", {}, ask), ...inputs.map((input, i) => field(say(i ? "hour" : "day"), input))), said);
  function tell(text, wrong) {
    clearTimeout(waiting);
    said.textContent = text;
    said.classList.toggle("ice-wrong", wrong);
  }
  function changed() {
    clearTimeout(waiting);
    waiting = setTimeout(() => tell(say("no-reply", { when: shown }), true), WAIT_MS);
    model.set("when", inputs.map(input => input.value).join("T"));
    model.save_changes();
  }
  function counted() {
    const { wrong, tree, said: heard, from: start } = model.get("result");
    const [list] = find(".ice-deadlines");
    list.hidden = Boolean(wrong);
    if (tree) list.replaceWith(build(tree));
    shown = start ?? shown;
    tell(wrong ?? heard, Boolean(wrong));
  }
  for (const input of inputs) input.onchange = changed;
  model.on("change:result", counted);
  return () => {
    clearTimeout(waiting);
    model.off("change:result", counted);
  };
}

const KINDS = { chart, timeline, finder, sorter, document: picture, calculator };

export default {
  render({ model, el }) {
    const words = model.get("words");
    const say = (id, fill = {}) => words[id].replace(/\{(\w+)\}/g, (_, key) => fill[key] ?? "");
    const root = build(model.get("tree"));
    const find = places => [...root.querySelectorAll(places)];
    const [parts, ask, bins] = ["parts", "ask", "bins"].map(field => model.get(field));
    const end = KINDS[model.get("kind")]({ find, model, say, parts, ask, bins, name: `ice-explorer-${++views}` });
    for (const part of find("a, summary")) part.setAttribute("data-lm-suppress-shortcuts", "true");
    root.classList.add("ice-live"); // the same as text stands beside it, for print and for a page without a kernel
    el.append(root);
    return end;
  },
};
