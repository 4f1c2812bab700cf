// One bubble (or album) of the chat as a node.

import { el, rich } from "./richtext.js";
import { clockTime, fileSize, w } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";

/** A small line icon. */
function icon(path, className = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  if (className) svg.setAttribute("class", className);
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

const TICKS = "M2 12.6l4 4.4L14.6 7M10.2 16l1 1L20.6 7";
const ARROW = "M8 16L16 8M9.5 8H16v6.5";
const COPY = "M9 9h9v10H9zM6 15V5h9";
const PLAY = "M8 5.500v13l11-6.500z";

/** Two letters and one of seven colours, as an account without a picture has. */
export function avatar(name, id, node = el("span", "avatar")) {
  const letters = [...name.trim()].length ? name.trim().split(/\s+/).slice(0, 2).map((part) => [...part][0]).join("") : "?";
  node.textContent = letters.toUpperCase();
  node.dataset.colour = String(Math.abs(id) % 7);
  return node;
}

/** The first words of a message, for previews. */
export function summary(message) {
  if (message.text) return message.text.replace(/\s+/g, " ").slice(0, 80);
  if (message.kind === "document") return message.extra.document.file_name || w("file");
  return w(message.kind) || "";
}

/** The node of one message, or of the messages of an album. `context`: act, me, names, waiting, find. */
export function bubble(messages, context) {
  const first = messages[0];
  if (first.kind === "service") return el("div", "pill service", service(first));
  const mine = first.sender_id === context.me;
  const row = el("article", `row ${mine ? "mine" : "theirs"}`);
  row.dataset.testid = "message";
  row.dataset.messageId = String(first.message_id);
  row.dataset.from = first.from_bot ? "bot" : mine ? "me" : "other";
  row.dataset.kind = first.kind;
  const captioned = messages.find((m) => m.text) || first;
  const body = el("div", `bubble ${first.kind}${captioned.text ? " captioned" : ""}${messages.length > 1 ? " album" : ""}`);
  body.append(...heads(first, mine, context), ...media(messages, context), ...words(captioned, messages, context), stamp(messages[messages.length - 1], mine));
  row.append(body);
  const keyboard = messages[messages.length - 1].inline_keyboard;
  if (keyboard.length) row.append(inlineKeyboard(messages[messages.length - 1], keyboard, context));
  if (mine && first.kind === "text") ownMenu(row, first, context);
  return row;
}

function service(message) {
  return message.extra.new_chat_members ? w("added") : "";
}

function heads(message, mine, context) {
  const nodes = [];
  if (context.group && !mine) nodes.push(el("div", "sender", message.sender_name || ""));
  if (message.extra.forward_origin) nodes.push(el("div", "forward", `${w("forwarded")}: ${message.extra.forward_origin.sender_user.first_name}`));
  const original = message.reply_to ? context.find(message.reply_to) : null;
  if (original) {
    const quote = el("button", "quoted", el("b", "", original.sender_id === context.me ? w("you") : original.sender_name || ""), el("span", "", summary(original)));
    quote.type = "button";
    quote.addEventListener("click", () => context.act.show(original.message_id));
    nodes.push(quote);
  }
  return nodes;
}

function words(message, messages, context) {
  if (message.kind === "sticker" || !message.text) return [];
  const text = el("div", "words", ...rich(message.text, message.entities, context.act));
  text.dataset.testid = "text";
  if (messages.length === 1 && message.kind === "text" && /^(\p{Extended_Pictographic}\ufe0f?){1,3}$/u.test(message.text)) text.classList.add("emoji");
  return [text];
}

function stamp(message, mine) {
  const parts = [];
  if (message.edits && message.edit_date) parts.push(el("span", "", w("edited")));
  const time = el("time", "", clockTime(message.date));
  time.dateTime = new Date(message.date * 1000).toISOString();
  parts.push(time);
  if (mine) parts.push(icon(TICKS, "ticks"));
  return el("div", "stamp", ...parts);
}

function media(messages, context) {
  if (messages.length > 1 && messages.every((m) => m.kind === "photo" || m.kind === "video")) {
    const grid = el("div", `grid of-${Math.min(messages.length, 10)}`);
    grid.append(...messages.map((m) => SHOW[m.kind](m, context)));
    return [grid];
  }
  return messages.filter((m) => SHOW[m.kind]).map((m) => SHOW[m.kind](m, context));
}

const SHOW = {
  photo: (message, context) => {
    const sizes = message.extra.photo, size = sizes[sizes.length - 1];
    const frame = el("button", "picture");
    frame.type = "button";
    frame.ariaLabel = w("photo");
    const image = el("img", "");
    image.width = size.width;
    image.height = size.height;
    image.alt = message.text || w("photo");
    image.loading = "lazy";
    image.src = `/page/file/${encodeURIComponent(size.file_id)}`;
    image.addEventListener("error", () => { image.remove(); frame.classList.add("blank"); frame.style.aspectRatio = `${size.width} / ${size.height}`; });
    image.addEventListener("load", () => context.act.settle());
    frame.append(image);
    frame.addEventListener("click", () => context.act.view(image));
    return frame;
  },
  video: (message) => el("div", "picture blank video", icon(PLAY)),
  document: (message) => fileRow(message.extra.document, message.extra.document.file_name || w("file")),
  audio: (message) => fileRow(message.extra.audio, message.extra.audio.file_name || w("audio")),
  voice: (message) => {
    const bars = el("span", "bars");
    for (let i = 0; i < 28; i++) {
      const bar = el("i", "");
      bar.style.height = `${4 + Math.abs(Math.sin(i * 1.7) + Math.cos(i * 0.6)) * 9}px`;
      bars.append(bar);
    }
    return el("div", "file voice", el("span", "disc", icon(PLAY, "solid")), el("span", "", bars, el("small", "", `0:${String(message.extra.voice.duration).padStart(2, "0")}`)));
  },
  sticker: (message) => el("div", "sticker-face", message.extra.sticker.emoji),
  contact: (message) => {
    const { first_name: first, last_name: last, phone_number: phone, user_id: id } = message.extra.contact;
    const name = [first, last].filter(Boolean).join(" ");
    return el("div", "file contact", avatar(name, id || 3), el("span", "", el("b", "", name), el("small", "", phone)));
  },
  location: (message) => {
    const { latitude, longitude } = message.extra.location;
    return el("div", "map", el("span", "pin", "📍"), el("small", "", `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`));
  },
};

function fileRow(file, name) {
  const ending = name.includes(".") ? name.split(".").pop().slice(0, 4) : "";
  const link = el("a", "file", el("span", "disc", ending), el("span", "", el("b", "", name), el("small", "", fileSize(file.file_size))));
  link.href = `/page/file/${encodeURIComponent(file.file_id)}`;
  link.download = name;
  return link;
}

function inlineKeyboard(message, keyboard, context) {
  const board = el("div", "board");
  for (const row of keyboard) {
    const line = el("div", "line");
    line.append(...row.map((button) => inlineButton(message, button, context)));
    board.append(line);
  }
  return board;
}

function inlineButton(message, button, context) {
  const node = el("button", "key", el("span", "", button.text));
  node.type = "button";
  node.dataset.testid = "inline-button";
  node.dataset.label = button.text;
  if (button.style) node.dataset.style = button.style;
  if ("callback_data" in button) {
    if (context.waiting(message.message_id, button.callback_data)) { node.classList.add("waits"); node.ariaBusy = "true"; }
    node.addEventListener("click", () => context.act.tap(message, button));
  } else if ("url" in button) {
    node.append(icon(ARROW, "corner"));
    node.ariaLabel = `${button.text}, ${w("link")}`;
    node.addEventListener("click", () => context.act.open(button.url) || window.open(button.url, "_blank", "noopener,noreferrer"));
  } else if ("copy_text" in button) {
    node.append(icon(COPY, "corner"));
    node.ariaLabel = `${button.text}, ${w("copy")}`;
    node.addEventListener("click", () => context.act.copy(button.copy_text.text));
  } else {
    node.disabled = true;
    node.title = w("webapp");
  }
  return node;
}

function ownMenu(row, message, context) {
  row.tabIndex = 0;
  row.addEventListener("contextmenu", (event) => { event.preventDefault(); context.act.own(message); });
  row.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target === row) context.act.own(message); });
}
