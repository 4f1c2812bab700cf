// Turns a text and its entities into nodes. Offsets count UTF-16 units, as JavaScript strings do.
// Nothing here ever parses HTML: a message can only become text.

import { w } from "./words.js";

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre" };

/** An element with a class and children (strings become text). */
export function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Nodes of a formatted text. `act` has `open(url)`, `command(text)`, `copy(text)`. */
export function rich(text, entities, act) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return build(text, 0, text.length, sorted, act);
}

function build(text, start, end, entities, act) {
  const nodes = [];
  let at = start;
  for (let i = 0; i < entities.length; ) {
    const entity = entities[i++];
    const from = Math.max(entity.offset, at), to = Math.min(entity.offset + entity.length, end);
    if (to <= from) continue;
    if (from > at) nodes.push(text.slice(at, from));
    const inner = [];
    while (i < entities.length && entities[i].offset < to) inner.push(entities[i++]);
    nodes.push(wrap(entity, text.slice(from, to), build(text, from, to, inner, act), act));
    at = to;
  }
  if (at < end) nodes.push(text.slice(at, end));
  return nodes;
}

function wrap(entity, plain, children, act) {
  switch (entity.type) {
    case "text_link": return link(entity.url, children, act);
    case "url": return link(/^[a-z]+:\/\//i.test(plain) ? plain : `http://${plain}`, children, act);
    case "email": return link(`mailto:${plain}`, children, act);
    case "phone_number": return link(`tel:${plain.replace(/[^+\d]/g, "")}`, children, act);
    case "text_mention": case "mention": case "hashtag": case "cashtag": return el("span", "tint", ...children);
    case "bot_command": return command(plain, children, act);
    case "spoiler": return spoiler(children);
    case "blockquote": return el("blockquote", "", ...children);
    case "expandable_blockquote": return expandable(children);
    case "code": case "pre": return copyable(TAGS[entity.type], entity.language, plain, children, act);
    default: return TAGS[entity.type] ? el(TAGS[entity.type], "", ...children) : el("span", "", ...children);
  }
}

const SAFE = /^(https?|tg|mailto|tel):/i;

function link(url, children, act) {
  if (!SAFE.test(url)) return el("span", "", ...children);
  const node = el("a", "", ...children);
  node.href = url;
  node.target = "_blank";
  node.rel = "noopener noreferrer";
  node.addEventListener("click", (event) => { if (act.open(url)) event.preventDefault(); });
  return node;
}

function command(plain, children, act) {
  const node = el("button", "command", ...children);
  node.type = "button";
  node.addEventListener("click", () => act.command(plain));
  return node;
}

function spoiler(children) {
  const node = el("span", "spoiler", el("span", "", ...children));
  node.tabIndex = 0;
  node.role = "button";
  node.ariaLabel = w("spoiler");
  const reveal = () => { node.classList.add("shown"); node.removeAttribute("aria-label"); node.removeAttribute("role"); };
  node.addEventListener("click", reveal);
  node.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); reveal(); } });
  return node;
}

function expandable(children) {
  const body = el("div", "folded", ...children);
  const toggle = el("button", "fold", w("expand"));
  toggle.type = "button";
  toggle.ariaExpanded = "false";
  toggle.addEventListener("click", () => {
    const folded = body.classList.toggle("folded");
    toggle.ariaExpanded = String(!folded);
    toggle.textContent = w(folded ? "expand" : "collapse");
  });
  const quote = el("blockquote", "expandable", body, toggle);
  // A quote that fits needs no button; that is known once it is laid out.
  requestAnimationFrame(() => { toggle.hidden = body.scrollHeight <= body.clientHeight + 2; });
  return quote;
}

function copyable(tag, language, plain, children, act) {
  const node = el(tag, "", ...children);
  if (language) node.dataset.language = language;
  node.title = w("copy");
  node.addEventListener("click", () => act.copy(plain));
  return node;
}
