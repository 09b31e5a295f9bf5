//! What a client reads, as pictures: both languages, every kind, 1, 2, 5 and 21 services.
#![allow(clippy::unwrap_used)]

use expect_test::{Expect, expect};
use model::Timestamp;
use model::notice::NoticeKind;
use model::tenant::Language::{self, En, Ru};
use texts::notice::{SERVICES_LISTED_MAX, SUBJECT_SERVICE_CHARS_MAX};
use texts::{NoticeText, Rendered, ServiceLine, ServiceState, zone_or_utc};

fn names(language: Language, number: usize) -> Vec<String> {
    let name = if language == Ru { "Интернет, офис" } else { "Internet, office" };
    (1..=number).map(|place| format!("{name} {place}")).collect()
}

fn notice(kind: NoticeKind, language: Language) -> NoticeText<'static> {
    let (brand, client, contact) = match language {
        Ru => ("Северная Связь", "ООО «Ромашка»", "Ирина Павловна"),
        En => ("Northern Link", "Daisy Ltd", "Ms Jones"),
    };
    NoticeText {
        kind,
        language,
        brand,
        client,
        contact: Some(contact),
        services: Vec::new(),
        since: "2026-11-22T14:05:41Z".parse().unwrap(),
        until: None,
        next_by: None,
        incident_ref: "INC-7K3M9QXA",
        zone: zone_or_utc(Some("Europe/Moscow")),
        correction_text: None,
    }
}

fn render(notice: NoticeText<'_>, services: usize) -> Rendered {
    let names = names(notice.language, services);
    let states = [ServiceState::Down, ServiceState::Degraded, ServiceState::Working];
    let one_state = notice.kind == NoticeKind::Opened;
    let services = names.iter().enumerate().map(|(place, name)| ServiceLine { name, state: states[if one_state { 0 } else { place % 3 }] });
    NoticeText { services: services.collect(), ..notice }.render()
}

fn check(kind: NoticeKind, language: Language, services: usize, picture: Expect) {
    let mut notice = notice(kind, language);
    if kind == NoticeKind::Restored {
        notice.until = Some(notice.since.plus(std::time::Duration::from_secs(3_930)));
    }
    let Rendered { subject, text, .. } = render(notice, services);
    picture.assert_eq(&format!("{subject}\n\n{text}"));
}

fn subjects(kind: NoticeKind, picture: Expect) {
    let all: Vec<String> =
        [Ru, En].iter().flat_map(|language| [1, 2, 5, 21].map(|services| render(notice(kind, *language), services).subject)).collect();
    picture.assert_eq(&(all.join("\n") + "\n"));
}

#[test]
fn a_fault_of_one_service_is_told_in_plain_words() {
    check(
        NoticeKind::Opened,
        Ru,
        1,
        expect![[r#"
        Неполадки: Интернет, офис 1 [INC-7K3M9QXA]

        Здравствуйте, Ирина Павловна!

        В работе вашей услуги возникли неполадки:

        • Интернет, офис 1 — не работает

        Начало: 22.11.2026 17:05 МСК

        Мы заметили это сами и уже занимаемся восстановлением. Сообщать нам о неполадках не нужно.
        Напишем вам, когда услуга снова заработает или если что-то изменится.

        Клиент: ООО «Ромашка»
        Если появятся вопросы, назовите номер INC-7K3M9QXA.

        Северная Связь
    "#]],
    );
    check(
        NoticeKind::Opened,
        En,
        1,
        expect![[r#"
        Service disruption: Internet, office 1 [INC-7K3M9QXA]

        Hello Ms Jones,

        There is a problem with your service:

        • Internet, office 1 – not working

        Started: 22 Nov 2026, 17:05 MSK

        We noticed this ourselves and are already working to restore service. You do not need to report it.
        We will write to you when the service works again or if anything changes.

        Client: Daisy Ltd
        If you have any questions, please quote INC-7K3M9QXA.

        Northern Link
    "#]],
    );
}

#[test]
fn a_fault_of_two_and_of_five_services_names_each() {
    check(
        NoticeKind::Opened,
        Ru,
        2,
        expect![[r#"
        Неполадки в работе 2 услуг [INC-7K3M9QXA]

        Здравствуйте, Ирина Павловна!

        В работе ваших услуг возникли неполадки:

        • Интернет, офис 1 — не работает
        • Интернет, офис 2 — не работает

        Начало: 22.11.2026 17:05 МСК

        Мы заметили это сами и уже занимаемся восстановлением. Сообщать нам о неполадках не нужно.
        Напишем вам, когда услуги снова заработают или если что-то изменится.

        Клиент: ООО «Ромашка»
        Если появятся вопросы, назовите номер INC-7K3M9QXA.

        Северная Связь
    "#]],
    );
    check(
        NoticeKind::Opened,
        En,
        5,
        expect![[r#"
        Disruption of 5 services [INC-7K3M9QXA]

        Hello Ms Jones,

        There is a problem with your services:

        • Internet, office 1 – not working
        • Internet, office 2 – not working
        • Internet, office 3 – not working
        • Internet, office 4 – not working
        • Internet, office 5 – not working

        Started: 22 Nov 2026, 17:05 MSK

        We noticed this ourselves and are already working to restore service. You do not need to report it.
        We will write to you when the services work again or if anything changes.

        Client: Daisy Ltd
        If you have any questions, please quote INC-7K3M9QXA.

        Northern Link
    "#]],
    );
}

#[test]
fn a_long_list_is_cut_and_says_how_many_more() {
    check(
        NoticeKind::Opened,
        Ru,
        21,
        expect![[r#"
        Неполадки в работе 21 услуги [INC-7K3M9QXA]

        Здравствуйте, Ирина Павловна!

        В работе ваших услуг возникли неполадки:

        • Интернет, офис 1 — не работает
        • Интернет, офис 2 — не работает
        • Интернет, офис 3 — не работает
        • Интернет, офис 4 — не работает
        • Интернет, офис 5 — не работает
        • Интернет, офис 6 — не работает
        • Интернет, офис 7 — не работает
        • Интернет, офис 8 — не работает
        • Интернет, офис 9 — не работает
        • Интернет, офис 10 — не работает
        • Интернет, офис 11 — не работает
        • Интернет, офис 12 — не работает
        • Интернет, офис 13 — не работает
        • Интернет, офис 14 — не работает
        • Интернет, офис 15 — не работает
        • Интернет, офис 16 — не работает
        • Интернет, офис 17 — не работает
        • Интернет, офис 18 — не работает
        • Интернет, офис 19 — не работает
        • Интернет, офис 20 — не работает
        • и ещё 1 услуга

        Начало: 22.11.2026 17:05 МСК

        Мы заметили это сами и уже занимаемся восстановлением. Сообщать нам о неполадках не нужно.
        Напишем вам, когда услуги снова заработают или если что-то изменится.

        Клиент: ООО «Ромашка»
        Если появятся вопросы, назовите номер INC-7K3M9QXA.

        Северная Связь
    "#]],
    );
    check(
        NoticeKind::Opened,
        En,
        21,
        expect![[r#"
        Disruption of 21 services [INC-7K3M9QXA]

        Hello Ms Jones,

        There is a problem with your services:

        • Internet, office 1 – not working
        • Internet, office 2 – not working
        • Internet, office 3 – not working
        • Internet, office 4 – not working
        • Internet, office 5 – not working
        • Internet, office 6 – not working
        • Internet, office 7 – not working
        • Internet, office 8 – not working
        • Internet, office 9 – not working
        • Internet, office 10 – not working
        • Internet, office 11 – not working
        • Internet, office 12 – not working
        • Internet, office 13 – not working
        • Internet, office 14 – not working
        • Internet, office 15 – not working
        • Internet, office 16 – not working
        • Internet, office 17 – not working
        • Internet, office 18 – not working
        • Internet, office 19 – not working
        • Internet, office 20 – not working
        • and 1 more service

        Started: 22 Nov 2026, 17:05 MSK

        We noticed this ourselves and are already working to restore service. You do not need to report it.
        We will write to you when the services work again or if anything changes.

        Client: Daisy Ltd
        If you have any questions, please quote INC-7K3M9QXA.

        Northern Link
    "#]],
    );
    let more = |services: usize| {
        let text = render(notice(NoticeKind::Opened, Ru), services).text;
        text.lines().find(|line| line.contains("ещё")).unwrap_or("none").to_owned()
    };
    assert_eq!(more(SERVICES_LISTED_MAX), "none");
    assert_eq!(more(SERVICES_LISTED_MAX + 2), "• и ещё 2 услуги");
    assert_eq!(more(SERVICES_LISTED_MAX + 5), "• и ещё 5 услуг");
}

#[test]
fn news_tell_the_state_of_each_service() {
    check(
        NoticeKind::Updated,
        Ru,
        5,
        expect![[r#"
        Новости о неполадках в работе 5 услуг [INC-7K3M9QXA]

        Здравствуйте, Ирина Павловна!

        Есть новости о неполадках, о которых мы вам писали. Состояние услуг сейчас:

        • Интернет, офис 1 — не работает
        • Интернет, офис 2 — работает с перебоями
        • Интернет, офис 3 — работает
        • Интернет, офис 4 — не работает
        • Интернет, офис 5 — работает с перебоями

        Начало: 22.11.2026 17:05 МСК

        Мы продолжаем работать над восстановлением.
        Напишем вам, когда услуги снова заработают или если что-то изменится.

        Клиент: ООО «Ромашка»
        Если появятся вопросы, назовите номер INC-7K3M9QXA.

        Северная Связь
    "#]],
    );
    check(
        NoticeKind::Updated,
        En,
        2,
        expect![[r#"
        Update on the disruption of 2 services [INC-7K3M9QXA]

        Hello Ms Jones,

        There is news about the disruption we told you of. This is how your services are now:

        • Internet, office 1 – not working
        • Internet, office 2 – working with interruptions

        Started: 22 Nov 2026, 17:05 MSK

        We are still working on it.
        We will write to you when the services work again or if anything changes.

        Client: Daisy Ltd
        If you have any questions, please quote INC-7K3M9QXA.

        Northern Link
    "#]],
    );
}

#[test]
fn a_recovery_tells_how_long_it_lasted() {
    check(
        NoticeKind::Restored,
        Ru,
        1,
        expect![[r#"
        Снова работает: Интернет, офис 1 [INC-7K3M9QXA]

        Здравствуйте, Ирина Павловна!

        Ваша услуга снова работает:

        • Интернет, офис 1

        Начало: 22.11.2026 17:05 МСК
        Окончание: 22.11.2026 18:11 МСК
        Продолжительность: 1 час 5 минут

        Приносим извинения за неудобства.

        Клиент: ООО «Ромашка»
        Если появятся вопросы, назовите номер INC-7K3M9QXA.

        Северная Связь
    "#]],
    );
    check(
        NoticeKind::Restored,
        En,
        2,
        expect![[r#"
        2 services restored [INC-7K3M9QXA]

        Hello Ms Jones,

        Your services are working again:

        • Internet, office 1
        • Internet, office 2

        Started: 22 Nov 2026, 17:05 MSK
        Ended: 22 Nov 2026, 18:11 MSK
        Duration: 1 hour 5 minutes

        We apologise for the inconvenience.

        Client: Daisy Ltd
        If you have any questions, please quote INC-7K3M9QXA.

        Northern Link
    "#]],
    );
}

#[test]
fn a_correction_says_what_was_wrong_in_the_words_of_its_author() {
    let mut written = notice(NoticeKind::Correction, Ru);
    written.correction_text = Some("Мы перепутали порт: ваш канал не прерывался.\r\n\r\nПроверили 22 ноября.");
    let Rendered { subject, text, .. } = render(written, 1);
    expect![[r#"
        Поправка к нашему сообщению [INC-7K3M9QXA]

        Здравствуйте, Ирина Павловна!

        В сообщении, которое мы вам отправили ранее, была ошибка.

        Мы перепутали порт: ваш канал не прерывался.
        Проверили 22 ноября.

        Речь шла об этой услуге:

        • Интернет, офис 1

        Просим извинить нас за беспокойство.

        Клиент: ООО «Ромашка»
        Если появятся вопросы, назовите номер INC-7K3M9QXA.

        Северная Связь
    "#]]
    .assert_eq(&format!("{subject}\n\n{text}"));
    check(
        NoticeKind::Correction,
        En,
        2,
        expect![[r#"
        Correction to our earlier message [INC-7K3M9QXA]

        Hello Ms Jones,

        Our earlier message contained a mistake.

        Please disregard it.

        It was about these services:

        • Internet, office 1
        • Internet, office 2

        We apologise for the confusion.

        Client: Daisy Ltd
        If you have any questions, please quote INC-7K3M9QXA.

        Northern Link
    "#]],
    );
}

#[test]
fn a_subject_counts_as_the_language_does() {
    subjects(
        NoticeKind::Opened,
        expect![[r#"
        Неполадки: Интернет, офис 1 [INC-7K3M9QXA]
        Неполадки в работе 2 услуг [INC-7K3M9QXA]
        Неполадки в работе 5 услуг [INC-7K3M9QXA]
        Неполадки в работе 21 услуги [INC-7K3M9QXA]
        Service disruption: Internet, office 1 [INC-7K3M9QXA]
        Disruption of 2 services [INC-7K3M9QXA]
        Disruption of 5 services [INC-7K3M9QXA]
        Disruption of 21 services [INC-7K3M9QXA]
    "#]],
    );
    subjects(
        NoticeKind::Updated,
        expect![[r#"
        Новости о неполадках: Интернет, офис 1 [INC-7K3M9QXA]
        Новости о неполадках в работе 2 услуг [INC-7K3M9QXA]
        Новости о неполадках в работе 5 услуг [INC-7K3M9QXA]
        Новости о неполадках в работе 21 услуги [INC-7K3M9QXA]
        Update on the disruption: Internet, office 1 [INC-7K3M9QXA]
        Update on the disruption of 2 services [INC-7K3M9QXA]
        Update on the disruption of 5 services [INC-7K3M9QXA]
        Update on the disruption of 21 services [INC-7K3M9QXA]
    "#]],
    );
    subjects(
        NoticeKind::Restored,
        expect![[r#"
        Снова работает: Интернет, офис 1 [INC-7K3M9QXA]
        Снова работают 2 услуги [INC-7K3M9QXA]
        Снова работают 5 услуг [INC-7K3M9QXA]
        Снова работает 21 услуга [INC-7K3M9QXA]
        Restored: Internet, office 1 [INC-7K3M9QXA]
        2 services restored [INC-7K3M9QXA]
        5 services restored [INC-7K3M9QXA]
        21 services restored [INC-7K3M9QXA]
    "#]],
    );
    subjects(
        NoticeKind::Correction,
        expect![[r#"
        Поправка к нашему сообщению [INC-7K3M9QXA]
        Поправка к нашему сообщению [INC-7K3M9QXA]
        Поправка к нашему сообщению [INC-7K3M9QXA]
        Поправка к нашему сообщению [INC-7K3M9QXA]
        Correction to our earlier message [INC-7K3M9QXA]
        Correction to our earlier message [INC-7K3M9QXA]
        Correction to our earlier message [INC-7K3M9QXA]
        Correction to our earlier message [INC-7K3M9QXA]
    "#]],
    );
}

#[test]
fn a_promised_time_replaces_the_promise_to_write_on_a_change() {
    let mut promised = notice(NoticeKind::Opened, Ru);
    promised.next_by = Some("2026-11-22T14:40:00Z".parse().unwrap());
    let text = render(promised, 1).text;
    assert!(text.contains("Следующее сообщение пришлём не позднее 22.11.2026 17:40 МСК."), "{text}");
    assert!(!text.contains("если что-то изменится"), "{text}");
}

#[test]
fn the_html_says_the_same_as_the_text_and_fetches_nothing() {
    let mut restored = notice(NoticeKind::Restored, En);
    restored.until = Some(restored.since.plus(std::time::Duration::from_secs(61)));
    let html = render(restored, 2).html;
    expect![[r#"
        <!DOCTYPE html>
        <html lang="en">
        <head><meta charset="utf-8"><title>2 services restored [INC-7K3M9QXA]</title></head>
        <body style="font-family:sans-serif;font-size:16px;line-height:1.5;max-width:40em;margin:0 auto;padding:16px">
        <p style="font-weight:bold;font-size:18px">Northern Link</p>
        <p>Hello Ms Jones,</p>
        <p>Your services are working again:</p>
        <ul>
        <li>Internet, office 1</li>
        <li>Internet, office 2</li>
        </ul>
        <p>Started: 22 Nov 2026, 17:05 MSK<br>
        Ended: 22 Nov 2026, 17:06 MSK<br>
        Duration: 1 minute</p>
        <p>We apologise for the inconvenience.</p>
        <p>Client: Daisy Ltd<br>
        If you have any questions, please quote INC-7K3M9QXA.</p>
        </body>
        </html>
    "#]]
    .assert_eq(&html);
    for afar in ["http", "src=", "href", "<script", "<style", "@import", "url("] {
        assert!(!html.contains(afar), "{afar}");
    }
}

#[test]
fn nothing_a_name_holds_becomes_markup_a_header_or_a_line_of_its_own() {
    let evil = "x\r\nBcc: all@example.org\r\n\r\n<script>alert('1')</script> & \"q\" {{brand}}\u{202e}\u{2028}y";
    for kind in NoticeKind::ALL {
        for language in Language::ALL {
            let mut attacked = notice(*kind, *language);
            (attacked.brand, attacked.client, attacked.contact, attacked.incident_ref) = (evil, evil, Some(evil), evil);
            attacked.correction_text = Some(evil);
            attacked.services = vec![ServiceLine { name: evil, state: ServiceState::Down }];
            let Rendered { subject, text, html } = attacked.render();
            assert!(!subject.chars().any(char::is_control), "{subject:?}");
            let own_line = |line: &&str| line.trim_start().starts_with("Bcc:");
            // In a correction the author's own lines are his to write: they are body, never header.
            if *kind != NoticeKind::Correction {
                assert_eq!(text.lines().find(own_line), None, "{text}");
            }
            assert!(!html.contains("<script") && !html.contains("alert('"), "{html}");
            assert!(html.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;q&quot; {{brand}}"), "{html}");
            for turned in [&subject, &text, &html] {
                assert!(!turned.contains(['\u{202e}', '\u{2028}']), "{turned:?}");
            }
        }
    }
}

#[test]
fn endless_names_and_texts_are_cut_aloud() {
    let (long, lines) = ("ы".repeat(100_000), "строка\n".repeat(10_000));
    let (long, lines) = (long.as_str(), lines.as_str());
    let mut huge = notice(NoticeKind::Correction, Ru);
    (huge.brand, huge.client, huge.contact, huge.incident_ref, huge.correction_text) = (long, long, Some(long), long, Some(lines));
    huge.services = vec![ServiceLine { name: long, state: ServiceState::Down }; 1_000];
    let Rendered { subject, text, html } = huge.render();
    assert!(subject.chars().count() < 400 && text.chars().count() < 10_000 && html.chars().count() < 12_000);
    assert!(text.contains('…') && text.contains("и ещё 980 услуг"));
    let mut one = notice(NoticeKind::Opened, Ru);
    one.services = vec![ServiceLine { name: long, state: ServiceState::Down }];
    let subject = one.render().subject;
    assert!(subject.contains(&format!("{}…", "ы".repeat(SUBJECT_SERVICE_CHARS_MAX - 1))), "{subject}");
}

#[test]
fn a_notice_without_services_or_with_times_beyond_the_calendar_still_comes_out() {
    for kind in NoticeKind::ALL {
        for language in Language::ALL {
            let mut odd = notice(*kind, *language);
            (odd.since, odd.until, odd.contact) = (Timestamp::from_micros(i64::MAX), Some(Timestamp::from_micros(i64::MIN)), Some("  "));
            let Rendered { subject, text, .. } = odd.render();
            assert!(!subject.is_empty() && text.contains("INC-7K3M9QXA"), "{text}");
            assert!(!subject.contains("notices.") && !text.contains("notices.") && !text.contains("{{"), "{subject}\n{text}");
        }
    }
}
