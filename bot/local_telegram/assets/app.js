// The chat page: shows one person's chat, sends what that person does, and follows the server's stream.

import { avatar, bubble, summary } from "./bubbles.js";
import { el } from "./richtext.js";
import { clockTime, dayName, fromLocal, localValue, shortDay, speak, w } from "./words.js";

const $ = (id) => document.getElementById(id);
const BIG = 20 * 1024 * 1024;
const WINDOW = 15000;

const state = {
  bot: null, people: [], groups: [], me: 0, chat: 0, messages: new Map(), keyboard: null, commands: [], pinned: [],
  unread: new Map(), taps: new Set(), missed: new Set(), keysOpen: true, reply: null, edit: null, offset: 0, clockMoves: false, action: 0,
};

// -- talking to the server ------------------------------------------------------------------------------------

async function control(action, body) {
  const response = await fetch(`/control/${action}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer.result;
}

async function did(promise) {
  try { return await promise; } catch (problem) { toast(`${w("failed")}: ${problem.message}`); return null; }
}

async function loadState() {
  const data = await (await fetch("/page/state")).json();
  state.bot = data.bot;
  state.people = data.people;
  state.groups = data.groups;
  state.offset = data.now - Date.now() / 1000;
  state.clockMoves = data.clock_moves;
  for (const person of data.people) {
    const seen = Number(localStorage.getItem(`seen:${person.id}`) || 0);
    state.unread.set(person.id, person.received.filter((id) => id > seen).length);
  }
  const wanted = Number(new URLSearchParams(location.hash.slice(1)).get("person") || localStorage.getItem("me") || 0);
  const known = state.people.find((p) => p.id === (state.me || wanted)) || state.people[0];
  if (known) await show(known.id, state.me === known.id ? state.chat : known.id);
  else renderEmptyWorld();
}

async function show(person, chat = person) {
  const changed = state.chat !== chat || state.me !== person;
  state.me = person;
  state.chat = chat;
  localStorage.setItem("me", String(person));
  // What the stream tells while the chat is being fetched may be newer than what is fetched: it is applied again.
  const missed = [];
  state.missed.add(missed);
  const data = await (await fetch(`/page/chat?person=${person}&chat=${chat}`)).json();
  state.missed.delete(missed);
  if (state.me !== person || state.chat !== chat) return;
  state.messages = new Map(data.messages.map((m) => [m.message_id, m]));
  state.keyboard = data.keyboard;
  for (const event of missed) if (event.chat === chat) { hold(event.message); state.keyboard = event.keyboard; }
  state.commands = data.commands;
  state.pinned = data.pinned;
  state.taps = new Set();
  for (const query of data.waiting) spin(`${query.message_id}:${query.data}`);
  Object.assign(current(), data.person);
  speak(data.person.language_code);
  if (changed) { nodes.clear(); $("log").replaceChildren(); state.keysOpen = true; state.reply = null; state.edit = null; state.action = 0; $("input").value = ""; $("toasts").replaceChildren(); }
  seen();
  render();
  if (changed) toEnd();
}

/** A button waits for its answer, but no longer than Telegram would. */
function spin(key) {
  state.taps.add(key);
  setTimeout(() => { if (state.taps.delete(key)) render(); }, WINDOW);
}

function hold(message) {
  if (message.deleted) state.messages.delete(message.message_id);
  else state.messages.set(message.message_id, message);
}

const current = () => state.people.find((p) => p.id === state.me) || {};
const group = () => state.groups.find((g) => g.id === state.chat);
const byLanguage = (texts) => texts[current().language_code] || texts[""] || Object.values(texts)[0] || "";
const now = () => Date.now() / 1000 + state.offset;

function seen() {
  const last = [...state.messages.values()].filter((m) => m.from_bot).pop();
  if (last && state.chat > 0 && !document.hidden) localStorage.setItem(`seen:${state.chat}`, String(last.message_id));
  if (!document.hidden) state.unread.set(state.chat, 0);
}

// -- the stream -----------------------------------------------------------------------------------------------

function follow() {
  const stream = new EventSource("/page/events");
  let lost = false;
  stream.addEventListener("open", () => { lost = false; did(loadState()); });
  stream.addEventListener("error", () => { if (!lost) { lost = true; toast(w("lost")); } });
  stream.addEventListener("message", (event) => {
    const data = JSON.parse(event.data);
    if (HEAR[data.kind]) HEAR[data.kind](data);
  });
}

const HEAR = {
  message(data) {
    const { message } = data;
    for (const missed of state.missed) missed.push(data);
    if (data.chat !== state.chat) return other(data.chat, message);
    const fresh = !state.messages.has(message.message_id);
    const low = atEnd();
    hold(message);
    if (message.from_bot) state.action = 0;
    if (fresh && data.keyboard !== null && JSON.stringify(state.keyboard) !== JSON.stringify(data.keyboard)) state.keysOpen = true;
    state.keyboard = data.keyboard;
    if (fresh && message.keyboard && message.keyboard.force_reply) state.reply = message;
    seen();
    render();
    if (low || !message.from_bot && fresh) toEnd(); else if (fresh) $("down").hidden = false;
  },
  answer(data) {
    state.taps.delete(`${data.message}:${data.data}`);
    if (data.person !== state.me) return;
    render();
    if (data.url) open(data.url) || window.open(data.url, "_blank", "noopener,noreferrer");
    if (!data.text) return;
    if (data.show_alert) { $("alert-text").textContent = data.text; $("alert").showModal(); } else toast(data.text);
  },
  action(data) {
    if (data.chat !== state.chat) return;
    state.action = Date.now() + 5000;
    $("bot-status").dataset.action = data.action;
    renderStatus();
    setTimeout(renderStatus, 5100);
  },
  async person(data) {
    if (data.person === state.me) return did(show(state.me, state.chat));
    if (!state.people.some((p) => p.id === data.person)) return did(loadState());
  },
  settings: () => did(loadState()),
  pinned(data) { if (data.chat === state.chat) did(show(state.me, state.chat)); },
  clock(data) { state.offset = data.now - Date.now() / 1000; renderClock(); render(); },
};

function other(chat, message) {
  if (!message.from_bot || message.deleted || message.edits || !state.people.some((p) => p.id === chat)) return;
  state.unread.set(chat, (state.unread.get(chat) || 0) + 1);
  renderPeople();
}

// -- doing ----------------------------------------------------------------------------------------------------

const act = {
  open,
  command: (text) => sendText(text),
  copy,
  settle: () => { if (atEnd(160)) toEnd(); },
  view: (image) => { if (image.isConnected) { $("viewer-image").src = image.src; $("viewer-image").alt = image.alt; $("viewer").showModal(); } },
  show: (id) => { const node = document.querySelector(`[data-message-id="${id}"]`); if (node) { node.scrollIntoView({ block: "center", behavior: "smooth" }); node.classList.add("flash"); setTimeout(() => node.classList.remove("flash"), 1200); } },
  async tap(message, button) {
    const key = `${message.message_id}:${button.callback_data}`;
    spin(key);
    render();
    const done = await did(control("tap", { person: state.me, label: button.text, data: button.callback_data, message_id: message.message_id, chat: state.chat }));
    if (done === null) { state.taps.delete(key); render(); }
  },
  own(message) {
    sheet([
      [w("edit"), "✏️", () => { state.edit = message; $("input").value = message.text; grow(); renderReply(); $("input").focus(); }, "own-edit"],
      [w("delete"), "🗑", () => did(control("delete_message", { person: state.me, message_id: message.message_id, chat: state.chat })), "own-delete"],
    ]);
  },
};

/** Follow a link to this bot inside the page; false for any other address. */
function open(url) {
  let at;
  try { at = new URL(url); } catch { return false; }
  const names = ["t.me", "telegram.me"].includes(at.hostname) ? at.pathname.split("/")[1] : at.protocol === "tg:" ? at.searchParams.get("domain") : null;
  if (!names || names.toLowerCase() !== state.bot.username.toLowerCase()) return false;
  did(control("open_link", { person: state.me, url }).then(() => { if (state.chat !== state.me) return show(state.me, state.me); }));
  return true;
}

async function copy(text) {
  try { await navigator.clipboard.writeText(text); } catch { /* A browser may refuse; the words below then only say what was meant. */ }
  toast(`${w("copied")}: ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`);
}

async function sendText(text) {
  if (!text.trim()) return;
  if (state.edit) await did(control("edit_text", { person: state.me, message_id: state.edit.message_id, text, chat: state.chat }));
  else await did(control("send_text", { person: state.me, text, chat: state.chat, reply_to: state.reply ? state.reply.message_id : null }));
  state.reply = null;
  state.edit = null;
  renderReply();
}

function press(key) {
  if (state.keyboard.one_time_keyboard) { state.keysOpen = false; renderKeys(); }
  did(control("press", { person: state.me, label: key.text, chat: state.chat }));
}

async function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

async function fileItem(kind, file) {
  // Bots cannot fetch what is bigger than 20 MB, so its bytes need not travel either.
  const content = file.size > BIG ? null : { base64: await base64(file) };
  return { kind, content, size: file.size, file_name: kind === "photo" ? null : file.name, mime_type: file.type || null };
}

async function sendFiles(kind, files) {
  const caption = $("input").value;
  $("input").value = "";
  const items = await Promise.all([...files].slice(0, 10).map((file) => fileItem(kind, file)));
  if (items.length > 1) return did(control("send_album", { person: state.me, items: items.map((item, i) => ({ ...item, caption: i ? "" : caption })) }));
  return did(control("send_file", { person: state.me, ...items[0], caption, chat: state.chat, details: {} }));
}

function sendSmall(kind, details = {}) {
  did(control("send_file", { person: state.me, kind, content: null, size: 20000, file_name: null, mime_type: null, caption: "", chat: state.chat, details }));
}

// -- showing --------------------------------------------------------------------------------------------------

const nodes = new Map();

function render() {
  renderPeople();
  renderTop();
  renderLog();
  renderReply();
  renderBottom();
  renderKeys();
  renderClock();
}

function renderEmptyWorld() {
  renderClock();
  $("composer").hidden = true;
}

function renderPeople() {
  const entries = state.people.map((p) => personChip(p, p.id, p.first_name, p.last_name));
  for (const g of state.groups) if (g.members.includes(state.me)) entries.push(personChip(current(), g.id, g.title, ""));
  const list = $("people");
  list.ariaLabel = w("people");
  const signature = JSON.stringify([state.people.map((p) => [p.id, p.first_name, p.last_name, p.blocked, p.language_code]), state.groups, [...state.unread], state.chat, document.documentElement.lang]);
  if (list.dataset.signature === signature) return;
  list.dataset.signature = signature;
  list.replaceChildren(...entries);
}

function personChip(person, chat, name, last) {
  const unread = state.unread.get(chat) || 0;
  const button = el("button", "chip", avatar(`${name} ${last || ""}`, chat), el("span", "chip-name", el("b", "", name, last ? el("span", "last", ` ${last}`) : null), el("small", "", note(person, chat))));
  button.type = "button";
  button.dataset.testid = `person-${chat}`;
  button.ariaPressed = String(chat === state.chat);
  if (unread) {
    const badge = el("span", "badge", String(unread));
    badge.dataset.testid = `unread-${chat}`;
    badge.ariaLabel = `${unread} ${w("unread")}`;
    button.append(badge);
  }
  button.addEventListener("click", () => did(show(chat > 0 ? person.id : state.me, chat)));
  return el("li", "", button);
}

function note(person, chat) {
  if (chat < 0) return "👥";
  if (person.deactivated) return w("gone");
  if (person.blocked) return w("blocked");
  return { kk: "Қазақша", ru: "Русский", en: "English" }[person.language_code] || person.language_code || "";
}

function renderTop() {
  const title = group() ? group().title : byLanguage(state.bot.names);
  $("bot-name").textContent = title;
  avatar(title, group() ? state.chat : state.bot.id, $("bot-avatar"));
  document.title = title;
  $("more").ariaLabel = w("more");
  renderStatus();
  const id = state.pinned[state.pinned.length - 1], pinned = id && state.messages.get(id);
  $("pinned").hidden = !pinned;
  if (pinned) $("pinned").replaceChildren(el("b", "", w("pinned")), el("span", "", summary(pinned)));
}

function renderStatus() {
  const acting = state.action > Date.now();
  const line = $("bot-status");
  line.classList.toggle("acting", acting);
  const quiet = group() ? `${w("members")}: ${group().members.length + 1}` : w("bot");
  line.textContent = acting ? w(line.dataset.action === "typing" ? "typing" : "sending") : quiet;
}

function entriesOf() {
  const entries = [];
  let day = "", album = null;
  for (const message of [...state.messages.values()].sort((a, b) => a.message_id - b.message_id)) {
    const name = dayName(message.date, now());
    if (name !== day) { entries.push({ key: `day:${entries.length}:${name}`, day: name }); day = name; album = null; }
    const id = message.extra.media_group_id;
    if (id && album && album.id === id) album.messages.push(message);
    else { album = { key: `m:${message.message_id}`, id, messages: [message] }; entries.push(album); }
  }
  return entries;
}

function renderLog() {
  const log = $("log");
  const entries = entriesOf();
  if (!entries.length) { nodes.clear(); log.replaceChildren(welcome()); return; }
  const context = {
    act, me: state.me, group: Boolean(group()),
    waiting: (id, data) => state.taps.has(`${id}:${data}`),
    find: (id) => state.messages.get(id),
  };
  const wanted = entries.map((entry, i) => {
    const next = entries[i + 1];
    const tail = !next || next.day || next.messages[0].sender_id !== entry.messages?.[0].sender_id;
    return nodeOf(entry, tail, context);
  });
  for (const [key, held] of nodes) if (!wanted.includes(held.node)) { held.node.remove(); nodes.delete(key); }
  wanted.forEach((node, i) => { if (log.children[i] !== node) log.insertBefore(node, log.children[i] || null); });
  while (log.children.length > wanted.length) log.lastChild.remove();
}

function nodeOf(entry, tail, context) {
  const signature = entry.day || JSON.stringify([entry.messages, tail, [...state.taps].filter((k) => entry.messages.some((m) => k.startsWith(`${m.message_id}:`))), document.documentElement.lang]);
  const held = nodes.get(entry.key);
  if (held && held.signature === signature) return held.node;
  const node = entry.day ? el("div", "pill day", entry.day) : bubble(entry.messages, context);
  node.classList.toggle("tail", Boolean(tail) && !entry.day);
  if (held) held.node.replaceWith(node);
  nodes.set(entry.key, { signature, node });
  return node;
}

function welcome() {
  const about = byLanguage(state.bot.descriptions);
  return el("div", "welcome", avatar(byLanguage(state.bot.names), state.bot.id), el("h2", "", about ? w("about") : byLanguage(state.bot.names)), el("p", "", about || w("empty")));
}

function renderReply() {
  const shown = state.edit || state.reply;
  $("reply").hidden = !shown;
  $("reply-cancel").ariaLabel = w("cancel");
  if (!shown) return;
  $("reply-name").textContent = state.edit ? w("editing") : shown.sender_name || "";
  $("reply-text").textContent = summary(shown);
}

function renderBottom() {
  const person = current();
  const wide = $("wide");
  const fresh = state.chat > 0 && !state.messages.size;
  wide.hidden = !(person.deactivated || person.blocked || fresh);
  wide.disabled = Boolean(person.deactivated);
  wide.textContent = person.deactivated ? w("gone") : person.blocked ? w("unblock") : w("start");
  wide.dataset.testid = person.blocked ? "unblock" : "start";
  $("composer").hidden = !wide.hidden;
  $("menu").hidden = !state.commands.length;
  $("menu-word").textContent = w("menu");
  $("menu").ariaLabel = w("commands");
  const input = $("input");
  const forced = state.keyboard && state.keyboard.input_field_placeholder;
  input.placeholder = forced || w("message");
  input.ariaLabel = w("message");
  $("send").ariaLabel = w("send");
  $("attach").ariaLabel = w("attach");
  $("down").ariaLabel = w("down");
  $("viewer-close").ariaLabel = w("close");
}

function renderKeys() {
  const rows = (state.keyboard && state.keyboard.keyboard) || [];
  const shown = rows.length > 0 && $("wide").hidden;
  const toggle = $("keys-toggle");
  toggle.hidden = !shown;
  toggle.ariaLabel = w("keys");
  toggle.ariaExpanded = String(state.keysOpen);
  const keys = $("keys");
  keys.hidden = !(shown && state.keysOpen);
  const signature = JSON.stringify(rows);
  if (keys.dataset.signature === signature) return;
  keys.dataset.signature = signature;
  keys.replaceChildren(...rows.map((row) => el("div", "line", ...row.map(replyKey))));
}

function replyKey(key) {
  const node = el("button", "reply-key", el("span", "", key.text));
  node.type = "button";
  node.dataset.testid = "reply-key";
  node.dataset.label = key.text;
  if (key.style) node.dataset.style = key.style;
  if (key.web_app) { node.disabled = true; node.title = w("webapp"); }
  node.addEventListener("click", () => press(key));
  return node;
}

const atEnd = (slack = 90) => { const s = $("scroll"); return s.scrollHeight - s.scrollTop - s.clientHeight < slack; };
function toEnd() { const s = $("scroll"); s.scrollTop = s.scrollHeight; $("down").hidden = true; }

let hiding = 0;
function toast(text) {
  const node = el("div", "toast", text);
  node.dataset.testid = "toast";
  $("toasts").replaceChildren(node);
  clearTimeout(hiding);
  hiding = setTimeout(() => node.remove(), 4000);
}

// -- sheets ---------------------------------------------------------------------------------------------------

let opener = null;

function sheet(items, from = null) {
  opener = from;
  const rows = items.map(([label, face, run, testid, hint]) => {
    const row = el("button", "sheet-row", el("span", "face", face), el("span", "", el("b", "", label), hint ? el("small", "", hint) : null));
    row.type = "button";
    row.role = "menuitem";
    row.dataset.testid = testid;
    row.addEventListener("click", () => { closeSheet(); run(); });
    return row;
  });
  $("sheet").replaceChildren(el("div", "sheet-body", ...rows));
  $("sheet").hidden = false;
  if (from) from.ariaExpanded = "true";
  rows[0].focus();
}

function closeSheet() {
  $("sheet").hidden = true;
  if (opener) { opener.ariaExpanded = "false"; opener.focus(); opener = null; }
}

function wireSheets() {
  $("sheet").addEventListener("click", (event) => { if (event.target === $("sheet")) closeSheet(); });
  $("sheet").addEventListener("keydown", (event) => {
    const rows = [...$("sheet").querySelectorAll("button")], at = rows.indexOf(document.activeElement);
    if (event.key === "Escape") closeSheet();
    if (event.key === "ArrowDown") rows[(at + 1) % rows.length].focus();
    if (event.key === "ArrowUp") rows[(at - 1 + rows.length) % rows.length].focus();
  });
  $("menu").addEventListener("click", () => sheet(state.commands.map((c) => [`/${c.command}`, "/", () => did(sendText(`/${c.command}`)), `command-${c.command}`, c.description]), $("menu")));
  $("attach").addEventListener("click", () => sheet(attachments(), $("attach")));
  $("more").addEventListener("click", () => sheet([
    current().blocked ? [w("unblock"), "↩️", () => did(control("unblock", { person: state.me })), "more-unblock"] : [w("block"), "⛔", () => did(control("block", { person: state.me })), "more-block"],
    [w("clear"), "🧹", () => did(control("clear_chat", { person: state.me })).then(() => show(state.me, state.chat)), "more-clear"],
  ], $("more")));
}

const attachments = () => [
  [w("photo"), "🖼", () => $("photo-file").click(), "attach-photo"],
  [w("file"), "📄", () => $("any-file").click(), "attach-file"],
  [w("contact"), "👤", () => did(control("share_own_contact", { person: state.me })), "attach-contact", current().phone],
  [w("location"), "📍", () => did(control("send_location", { person: state.me, latitude: 51.1282, longitude: 71.4304 })), "attach-location"],
  [w("voice"), "🎤", () => sendSmall("voice", { duration: 4 }), "attach-voice"],
  [w("sticker"), "😀", () => sendSmall("sticker", { emoji: "👍" }), "attach-sticker"],
];

// -- the clock ------------------------------------------------------------------------------------------------

function renderClock() {
  $("clock").hidden = false;
  $("clock-time").textContent = clockTime(now());
  $("clock-date").textContent = shortDay(now());
  $("clock-face").ariaLabel = `${w("clock")}: ${clockTime(now())}`;
  $("clock-face").title = w("clock");
  $("clock-face").disabled = !state.clockMoves;
  $("clock-words").textContent = w("clockWords");
  $("clock-label").textContent = w("until");
  $("clock-go").textContent = w("go");
  if ($("clock-steps").dataset.lang === document.documentElement.lang) return;
  $("clock-steps").dataset.lang = document.documentElement.lang;
  $("clock-steps").replaceChildren(...[["minute", 60], ["hour", 3600], ["day", 86400]].map(([name, seconds]) => {
    const button = el("button", "", w(name));
    button.type = "button";
    button.dataset.testid = `clock-${name}`;
    button.addEventListener("click", () => moveClock(seconds));
    return button;
  }));
}

async function moveClock(seconds) {
  if (!(seconds > 0)) return toast(w("past"));
  await did(control("move_clock", { seconds }));
}

function wireClock() {
  $("clock-face").addEventListener("click", () => {
    const panel = $("clock-panel");
    panel.hidden = !panel.hidden;
    $("clock-face").ariaExpanded = String(!panel.hidden);
    if (!panel.hidden) $("clock-to").value = localValue(now() + 3600);
  });
  document.addEventListener("click", (event) => { if (!$("clock").contains(event.target)) { $("clock-panel").hidden = true; $("clock-face").ariaExpanded = "false"; } });
  $("clock-form").addEventListener("submit", (event) => { event.preventDefault(); did(moveClock(fromLocal($("clock-to").value) - now())); });
  setInterval(renderClock, 5000);
}

// -- the rest -------------------------------------------------------------------------------------------------

function grow() {
  const input = $("input");
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, 140)}px`;
}

function wireComposer() {
  const input = $("input");
  input.addEventListener("input", grow);
  input.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); $("composer").requestSubmit(); } });
  $("composer").addEventListener("submit", (event) => { event.preventDefault(); const text = input.value; input.value = ""; grow(); did(sendText(text)); });
  $("wide").addEventListener("click", () => did(control(current().blocked ? "unblock" : "start_bot", current().blocked ? { person: state.me } : { person: state.me, payload: null })));
  $("keys-toggle").addEventListener("click", () => { state.keysOpen = !state.keysOpen; renderKeys(); });
  $("reply-cancel").addEventListener("click", () => { if (state.edit) input.value = ""; state.reply = null; state.edit = null; renderReply(); });
  $("photo-file").addEventListener("change", (event) => { did(sendFiles("photo", event.target.files)).then(() => { event.target.value = ""; }); });
  $("any-file").addEventListener("change", (event) => { did(sendFiles("document", event.target.files)).then(() => { event.target.value = ""; }); });
  $("down").addEventListener("click", toEnd);
  $("pinned").addEventListener("click", () => act.show(state.pinned[state.pinned.length - 1]));
  $("scroll").addEventListener("scroll", () => { if (atEnd(10)) $("down").hidden = true; });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && state.chat) { seen(); renderPeople(); } });
}

wireSheets();
wireClock();
wireComposer();
follow();
