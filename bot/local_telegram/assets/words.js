// The page's own few words, in the language of the person who is shown.

const WORDS = {
  kk: {
    bot: "бот", members: "қатысушылар", start: "БАСТАУ", restart: "БОТТЫ ҚАЙТА ҚОСУ", unblock: "БҰҒАТТАН ШЫҒАРУ",
    gone: "Аккаунт жойылған", menu: "Мәзір", message: "Хабарлама", send: "Жіберу", attach: "Файл тіркеу",
    keys: "Батырмалар", more: "Тағы", edited: "өзгертілді", today: "Бүгін", yesterday: "Кеше",
    photo: "Фото", file: "Файл", contact: "Менің контактім", location: "Геолокация", voice: "Дауыстық", sticker: "Стикер",
    video: "Бейне", audio: "Аудио", album: "Альбом", block: "Ботты бұғаттау", clear: "Чатты тазалау",
    about: "Бұл бот не істей алады?", empty: "Хабарлама әлі жоқ. Бастау үшін төмендегі батырманы басыңыз.",
    typing: "теріп жатыр", sending: "файл жіберіп жатыр", copied: "Көшірілді", edit: "Өзгерту", delete: "Жою",
    cancel: "Бас тарту", reply: "Жауап", editing: "Хабарламаны өзгерту", forwarded: "Қайта жіберілген", pinned: "Бекітілген хабарлама",
    people: "Кім жазады", unread: "оқылмаған", clock: "Бот уақыты, Астана", clockWords: "Уақытты алға жылжыту: бот мұны бірден біледі.",
    minute: "+1 мин", hour: "+1 сағ", day: "+1 күн", until: "Мына уақытқа дейін", go: "Жылжыту", past: "Уақыт тек алға жылжиды",
    waits: "Бот әлі жауап берген жоқ", webapp: "Бұл батырма мұнда ашылмайды", failed: "Болмады", down: "Соңына өту",
    lost: "Байланыс үзілді, қайта қосылуда…", show: "Көрсету", spoiler: "Жасырын мәтін, көрсету үшін басыңыз", you: "Сіз", close: "Жабу",
    added: "Ботты топқа қосты", commands: "Командалар", link: "сілтеме", copy: "көшіру", expand: "Толық көрсету", collapse: "Жию",
    blocked: "бот бұғатталған", bytes: ["Б", "КБ", "МБ"],
    months: ["қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым", "шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан"],
    days: ["жс", "дс", "сс", "ср", "бс", "жм", "сб"],
  },
  ru: {
    bot: "бот", members: "участники", start: "НАЧАТЬ", restart: "ПЕРЕЗАПУСТИТЬ БОТА", unblock: "РАЗБЛОКИРОВАТЬ",
    gone: "Аккаунт удалён", menu: "Меню", message: "Сообщение", send: "Отправить", attach: "Прикрепить",
    keys: "Кнопки", more: "Ещё", edited: "изменено", today: "Сегодня", yesterday: "Вчера",
    photo: "Фото", file: "Файл", contact: "Мой контакт", location: "Геопозиция", voice: "Голосовое", sticker: "Стикер",
    video: "Видео", audio: "Аудио", album: "Альбом", block: "Заблокировать бота", clear: "Очистить чат",
    about: "Что умеет этот бот?", empty: "Сообщений пока нет. Чтобы начать, нажмите кнопку внизу.",
    typing: "печатает", sending: "отправляет файл", copied: "Скопировано", edit: "Изменить", delete: "Удалить",
    cancel: "Отмена", reply: "Ответ", editing: "Изменение сообщения", forwarded: "Переслано", pinned: "Закреплённое сообщение",
    people: "Кто пишет", unread: "не прочитано", clock: "Время бота, Астана", clockWords: "Перевести время вперёд: бот узнает об этом сразу.",
    minute: "+1 мин", hour: "+1 час", day: "+1 день", until: "До этого времени", go: "Перевести", past: "Время можно перевести только вперёд",
    waits: "Бот ещё не ответил", webapp: "Эта кнопка здесь не открывается", failed: "Не получилось", down: "К последнему сообщению",
    lost: "Связь прервалась, подключаемся снова…", show: "Показать", spoiler: "Скрытый текст, нажмите, чтобы показать", you: "Вы", close: "Закрыть",
    added: "Бот добавлен в группу", commands: "Команды", link: "ссылка", copy: "скопировать", expand: "Показать полностью", collapse: "Свернуть",
    blocked: "бот заблокирован", bytes: ["Б", "КБ", "МБ"],
    months: ["января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"],
    days: ["вс", "пн", "вт", "ср", "чт", "пт", "сб"],
  },
};

let words = WORDS.ru;

/** Speak a language from now on: "kk", or Russian for any other. */
export function speak(code) {
  const known = code === "kk" ? "kk" : "ru";
  words = WORDS[known];
  document.documentElement.lang = known;
}

/** A word of the page. */
export const w = (name) => words[name];

// Kazakhstan has had one time, UTC+5, since 1 March 2024. A browser may carry older tables, so it is not asked.
const OFFSET = 5 * 3600;
const pad = (n) => String(n).padStart(2, "0");

/** Unix seconds as a Date whose UTC fields show the wall clock of Kazakhstan. */
export const wall = (seconds) => new Date((seconds + OFFSET) * 1000);

/** "14:05" */
export const clockTime = (seconds) => {
  const at = wall(seconds);
  return `${pad(at.getUTCHours())}:${pad(at.getUTCMinutes())}`;
};

/** "21 қараша" with the year when it is another than now's, or today and yesterday. */
export function dayName(seconds, now) {
  const at = wall(seconds), then = wall(now);
  const days = Math.floor(then / 86400000) - Math.floor(at / 86400000);
  if (days === 0) return w("today");
  if (days === 1) return w("yesterday");
  return fullDay(at, at.getUTCFullYear() !== then.getUTCFullYear());
}

/** "21 қараша 2026" */
export const fullDay = (at, year) => `${at.getUTCDate()} ${w("months")[at.getUTCMonth()]}${year ? ` ${at.getUTCFullYear()}` : ""}`;

/** "жм, 21 қараша" */
export const shortDay = (seconds) => `${w("days")[wall(seconds).getUTCDay()]}, ${fullDay(wall(seconds), true)}`;

/** For <input type=datetime-local>. */
export function localValue(seconds) {
  const at = wall(seconds);
  return `${at.getUTCFullYear()}-${pad(at.getUTCMonth() + 1)}-${pad(at.getUTCDate())}T${pad(at.getUTCHours())}:${pad(at.getUTCMinutes())}`;
}

/** Unix seconds of such a value. */
export const fromLocal = (value) => Date.parse(`${value}:00Z`) / 1000 - OFFSET;

/** "1,2 МБ" */
export function fileSize(bytes) {
  const [b, kb, mb] = w("bytes");
  if (bytes < 1024) return `${bytes} ${b}`;
  const short = (n) => (n < 10 ? n.toFixed(1).replace(".", ",") : String(Math.round(n)));
  return bytes < 1024 * 1024 ? `${short(bytes / 1024)} ${kb}` : `${short(bytes / 1048576)} ${mb}`;
}
