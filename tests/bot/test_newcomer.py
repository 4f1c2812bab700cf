"""A newcomer's whole way, by the labels and texts that they see: in Kazakh, and again in Russian."""

from __future__ import annotations

from tests.bot.journeys import rows
from tests.house import House


async def test_language_is_asked_in_both_languages(house: House) -> None:
    nina = await house.citizen(1, "Нина", "ru")
    asked = await nina.start()
    assert asked.text.index("Сәлеметсіз бе") < asked.text.index("Здравствуйте")
    assert asked.labels == ["Русский", "Қазақша"]
    assert "Главное меню" in (await nina.taps("Русский")).text


async def test_the_whole_way_in_kazakh(house: House) -> None:
    saule = await house.citizen(1, "Сәуле", "kk")
    asked = await saule.start()
    assert asked.labels == ["Қазақша", "Русский"]
    menu = await saule.taps("Қазақша")
    assert "Қош келдіңіз!" in menu.text
    assert menu.labels == [
        "📖 Нұсқаулықтар",
        "🏆 Байқаулар",
        "📄 Менің өтінімдерім",
        "⚙️ Баптаулар",
        "❓ Көмек",
        "☎️ Маман",
    ]

    # A guide, as far as the end of its way on a phone.
    step = await saule.taps("📖 Нұсқаулықтар", "eGov.kz порталында тіркелу")
    assert "1-қадам, барлығы" in step.text
    assert "Дереккөз: eGov.kz: порталда тіркелу" in step.text
    assert "Тексерілген күні: 2026 жылғы 20 қараша" in step.text
    end = await saule.taps("Тек телефон", "Телефонда: eGov Mobile")
    assert "3-қадам, барлығы 3" in end.text
    assert "Телефонда бәрі eGov Mobile қосымшасы арқылы істеледі." in end.text

    # Its button leads into the guide of the app.
    step = await saule.taps("Нұсқаулық: eGov Mobile")
    assert "eGov Mobile қосымшасы\n1-қадам, барлығы" in step.text
    await saule.taps("Қосымшаны орнатамын", "Иә, орнатылды", "Келесі →", "Иә, кодты енгіздім", "Келесі →")
    end = await saule.taps("Әзірге осы жетеді")
    assert "7-қадам, барлығы 7" in end.text
    assert "Дайын! eGov Mobile енді телефоныңызда." in end.text

    # The contest.
    page = await saule.taps("🏠 Мәзір", "🏆 Байқаулар", "Үздік e-gov пайдаланушысы")
    assert "Өтінім мына уақытқа дейін қабылданады: 2027 жылғы 10 қыркүйек, 18:00 (Қазақстан уақыты)" in page.text
    await saule.taps("🔔 Байқау жаңалықтарын алу")
    assert await saule.toast() == "Байқау жаңалықтарын жіберіп тұрамыз"
    consent = await saule.taps("✍️ Өтінім беру")
    assert "Дербес деректерді жинауға және өңдеуге келісім" in consent.text

    # The form.
    question = await saule.taps("✅ Келісемін")
    assert "1-сұрақ, барлығы 5" in question.text
    assert "Тегіңізді, атыңызды және (болса) әкеңіздің атын жазыңыз." in question.text
    question = await saule.says("Үлгібаева Сәуле Ерланқызы")
    assert "2-сұрақ, барлығы 5" in question.text
    assert "Мысалы: 05.01.1960" in question.text
    question = await saule.says("5 1 1990")
    assert "3-сұрақ, барлығы 5" in question.text
    question = await saule.taps("Айыртау ауданы")
    assert "4-сұрақ, барлығы 5" in question.text
    assert question.keys == ["📱 Өз нөмірімді жіберу", "← Артқа", "🏠 Мәзір", "☎️ Маман"]
    question = await saule.taps("📱 Өз нөмірімді жіберу")
    assert "5-сұрақ, барлығы 5" in question.text
    assert "аты-жөніңізді бұқаралық ақпарат құралдарында" in question.text
    summary = await saule.taps("Иә, жариялауға болады")
    assert "Тегі, аты, әкесінің аты: Үлгібаева Сәуле Ерланқызы" in summary.text
    assert "Туған күні: 05.01.1990" in summary.text
    assert "Аудан немесе қала: Айыртау ауданы" in summary.text
    assert "Телефон нөмірі: +7 700 000 0001" in summary.text
    assert "Аты-жөнімді жариялау: иә" in summary.text
    assert "Соңғы мерзім: 2027 жылғы 10 қыркүйек, 18:00" in summary.text

    # Sent in, with a receipt that stays.
    await saule.taps("📨 Өтінімді жіберу")
    receipt = await house.telegram.wait_message(1, "Өтінім қабылданды\nНөмірі: EU-0001")
    status = await saule.says("/status")
    assert "Өтінім жіберілді және қабылданды." in status.text
    assert "Енді не болады: Қатысу кестесін хабарлау – 2027 жылғы 17 қыркүйек, 18:00" in status.text

    # Changed after it was sent in.
    await saule.taps("EU-0001 Үздік e-gov пайдаланушысы", "✏️ Өзгерту", "✏️ Аудан немесе қала")
    changed = await saule.taps("Есіл ауданы")
    assert "Аудан немесе қала: Есіл ауданы" in changed.text
    assert "📨 Өтінімді жіберу" not in changed.labels
    done = await saule.taps("Дайын")
    assert "Нөмірі: EU-0001" in done.text

    # Taken back, and applied again.
    asked = await saule.taps("Өтінім мен келісімді кері қайтарып алу")
    assert asked.labels[:2] == ["Иә, кері қайтарып алу", "Жоқ, қалдыру"]
    gone = await saule.taps("Иә, кері қайтарып алу")
    assert "Өтінім кері қайтарып алынды, деректер жойылды." in gone.text
    again = await saule.taps("🏠 Мәзір", "🏆 Байқаулар", "Үздік e-gov пайдаланушысы", "✍️ Өтінім беру", "✅ Келісемін")
    assert "1-сұрақ, барлығы 5" in again.text
    assert "Қазіргі жауап" not in again.text
    assert (await house.telegram.message(1, receipt.message_id)).text == receipt.text
    assert rows(house, "SELECT state, number FROM applications ORDER BY id") == [("withdrawn", 1), ("draft", None)]


async def test_the_whole_way_in_russian(house: House) -> None:
    anna = await house.citizen(1, "Анна", "ru")
    await anna.start()
    menu = await anna.taps("Русский")
    assert "Добро пожаловать!" in menu.text
    assert menu.labels == [
        "📖 Инструкции",
        "🏆 Конкурсы",
        "📄 Мои заявки",
        "⚙️ Настройки",
        "❓ Помощь",
        "☎️ Специалист",
    ]

    # A guide, as far as the end of its way on a phone.
    step = await anna.taps("📖 Инструкции", "Регистрация на портале eGov.kz")
    assert "Шаг 1 из" in step.text
    assert "Источник: eGov.kz: регистрация на портале" in step.text
    assert "Проверено: 20 ноября 2026 г." in step.text
    end = await anna.taps("Только телефон", "На телефоне: eGov Mobile")
    assert "Шаг 3 из 3" in end.text
    assert "На телефоне всё делают через приложение eGov Mobile." in end.text

    # Its button leads into the guide of the app.
    step = await anna.taps("Инструкция: eGov Mobile")
    assert "Приложение eGov Mobile\nШаг 1 из" in step.text
    await anna.taps("Установлю приложение", "Да, установлено", "Далее →", "Да, код введён", "Далее →")
    end = await anna.taps("Пока достаточно")
    assert "Шаг 7 из 7" in end.text
    assert "Готово! Теперь eGov Mobile всегда под рукой." in end.text

    # The contest.
    page = await anna.taps("🏠 Меню", "🏆 Конкурсы", "Лучший пользователь e-gov")
    assert "Заявки принимаются до: 10 сентября 2027 г., 18:00 (время Казахстана)" in page.text
    await anna.taps("🔔 Следить за конкурсом")
    assert await anna.toast() == "Будем присылать новости конкурса"
    consent = await anna.taps("✍️ Подать заявку")
    assert "Согласие на сбор и обработку персональных данных" in consent.text

    # The form.
    question = await anna.taps("✅ Согласен / согласна")
    assert "Вопрос 1 из 5" in question.text
    assert "Напишите фамилию, имя и отчество (если есть)." in question.text
    question = await anna.says("Образцова Анна Ивановна")
    assert "Вопрос 2 из 5" in question.text
    assert "Например: 05.01.1960" in question.text
    question = await anna.says("5.1.1990")
    assert "Вопрос 3 из 5" in question.text
    question = await anna.taps("Айыртауский район")
    assert "Вопрос 4 из 5" in question.text
    assert question.keys == ["📱 Отправить мой номер", "← Назад", "🏠 Меню", "☎️ Специалист"]
    question = await anna.taps("📱 Отправить мой номер")
    assert "Вопрос 5 из 5" in question.text
    assert "Ваше имя опубликовали в средствах массовой информации" in question.text
    summary = await anna.taps("Да, можно публиковать")
    assert "Фамилия, имя, отчество: Образцова Анна Ивановна" in summary.text
    assert "Дата рождения: 05.01.1990" in summary.text
    assert "Район или город: Айыртауский район" in summary.text
    assert "Номер телефона: +7 700 000 0001" in summary.text
    assert "Публикация имени: да" in summary.text
    assert "Крайний срок: 10 сентября 2027 г., 18:00" in summary.text

    # Sent in, with a receipt that stays.
    await anna.taps("📨 Отправить заявку")
    receipt = await house.telegram.wait_message(1, "Заявка принята\nНомер: EU-0001")
    status = await anna.says("/status")
    assert "Заявка отправлена и принята." in status.text
    assert "Что дальше: Сообщение графика участия – 17 сентября 2027 г., 18:00" in status.text

    # Changed after it was sent in.
    await anna.taps("EU-0001 Лучший пользователь e-gov", "✏️ Изменить", "✏️ Район или город")
    changed = await anna.taps("Есильский район")
    assert "Район или город: Есильский район" in changed.text
    assert "📨 Отправить заявку" not in changed.labels
    done = await anna.taps("Готово")
    assert "Номер: EU-0001" in done.text

    # Taken back, and applied again.
    asked = await anna.taps("Отозвать заявку и согласие")
    assert asked.labels[:2] == ["Да, отозвать", "Нет, оставить"]
    gone = await anna.taps("Да, отозвать")
    assert "Заявка отозвана, данные удалены." in gone.text
    await anna.taps("🏠 Меню", "🏆 Конкурсы", "Лучший пользователь e-gov")
    again = await anna.taps("✍️ Подать заявку", "✅ Согласен / согласна")
    assert "Вопрос 1 из 5" in again.text
    assert "Сейчас записано" not in again.text
    assert (await house.telegram.message(1, receipt.message_id)).text == receipt.text
    assert rows(house, "SELECT state, number FROM applications ORDER BY id") == [("withdrawn", 1), ("draft", None)]
