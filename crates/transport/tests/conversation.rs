//! What a session makes of devices that behave as real ones do, however their words are cut into pieces.
#![allow(clippy::unwrap_used)]

mod scripted;

use model::Secret;
use scripted::{Act, CEILING, Script, re, say, spec, timing};
use std::time::Duration;
use transport::cli::{Allowed, Enable, EndedBy, Error, OUTPUT_SIZE_BYTES_MAX, Secrets, Session, Spec, Timing};

/// The pieces in which a device speaks: all at once, byte by byte, odd ones.
fn cuts() -> Vec<Vec<usize>> {
    let mut all = vec![vec![], vec![1], vec![2], vec![7, 1, 3], vec![1_000, 1]];
    // A small generator, so that every run is the same.
    let mut state = 88_172_645_463_325_252_u64;
    for _ in 0..40 {
        let mut pieces = Vec::new();
        for _ in 0..13 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            pieces.push(usize::try_from(state % 23).unwrap() + 1);
        }
        all.push(pieces);
    }
    all
}

/// All ways of cutting at the same time; each must give the text, twice.
async fn check(script: Script, spec: Spec, command: &'static str, expected: &str, pages: u32) {
    let mut sessions = tokio::task::JoinSet::new();
    for pieces in cuts() {
        let (script, spec, expected) = (Script { pieces: pieces.clone(), ..script.clone() }, spec.clone(), expected.to_owned());
        sessions.spawn(async move {
            let mut session = script.open(spec).await.unwrap_or_else(|cause| panic!("{pieces:?}: {cause}\n{}", cause.tail()));
            for _ in 0..2 {
                let output = session.run(command).await.unwrap_or_else(|cause| panic!("{pieces:?}: {cause}\n{}", cause.tail()));
                assert_eq!(output.text, expected, "{pieces:?}");
                assert_eq!((output.pages, output.ended_by), (pages, EndedBy::Prompt), "{pieces:?}");
            }
        });
    }
    sessions.join_all().await;
}

#[tokio::test]
async fn a_pager_that_is_erased_by_backspaces_leaves_no_trace() {
    let more = " --More-- ";
    let erase = "\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08          \x08\x08\x08\x08\x08\x08\x08\x08\x08\x08";
    let device = Script::new("R1#").does(
        "show run",
        [
            say("interface Gi0/1\r\n"),
            say(more),
            Act::Key,
            say(erase),
            say(" ip address 192.0.2.1 255.255.255.0\r\n!\r\n"),
            say(more),
            Act::Key,
        ]
        .into_iter()
        .chain([say(erase), say("!\r\n"), say(more), Act::Key, say(erase), say("\r\nend\r\n")]),
    );
    let expected = "interface Gi0/1\n ip address 192.0.2.1 255.255.255.0\n!\n!\n\nend\n";
    check(device, spec(&[r"^(?P<host>\S+?)(\(\S+\))?[>#]$"], Some("^ ?--More-- ?$")), "show run", expected, 3).await;
}

#[tokio::test]
async fn a_pager_that_is_erased_by_moving_the_cursor_leaves_no_trace() {
    let erase = format!("\x1b[16D{}\x1b[16D", " ".repeat(16));
    let device = Script::new("<PE-1>").does(
        "display current-configuration",
        [
            say("#\r\n[V200R009C00SPC500]\r\n<PE-2>\r\n#\r\nsysname PE-1\r\n"),
            say("  ---- More ----"),
            Act::Key,
            say(&erase),
            say(" undo http\r\n#\r\nreturn\r\n"),
        ],
    );
    let modes = [r"^<(?P<host>[^<>]{1,246})>$", r"^\[[~*]?(?P<host>[^\[\]]{1,246})\]$"];
    let expected = "#\n[V200R009C00SPC500]\n<PE-2>\n#\nsysname PE-1\n undo http\n#\nreturn\n";
    check(device, spec(&modes, Some("---- More ----")), "display current-configuration", expected, 1).await;
}

#[tokio::test]
async fn a_pager_that_is_overwritten_or_just_left_standing_leaves_no_trace() {
    let overwritten = Script::new("user@core> ").does(
        "show",
        [say("## a\r\n"), say("---(more 50%)---"), Act::Key, say("\r                \r"), say("b;\r\n"), say("---(more 90%)---"), Act::Key]
            .into_iter()
            .chain([say("\r                \r\r\n"), say("}\r\n")]),
    );
    check(overwritten, spec(&[], Some(r"^---\(more.*\)---$")), "show", "## a\nb;\n\n}\n", 2).await;
    let standing = Script::new("sw1#")
        .does("show", [say("a\r\n"), say("<more>"), Act::Key, say("\r\n"), say("b\r\n"), say("<more>"), Act::Key, say(" c\r\n")]);
    check(standing, spec(&[], Some("^<more>$")), "show", "a\nb\n c\n", 2).await;
}

#[tokio::test]
async fn colours_redrawn_lines_and_titles_are_not_text() {
    let prompt = "\r\x1b[K[\x1b[1;36madmin\x1b[m@Main Office] > \x1b]0;title\x07";
    let device = Script::new(prompt)
        .does("/export", [say("\x1b[1m# model = X\x1b[0m\r\n/ip address\r\nadd address=10.0.0.1/24 \\\r\n    interface=ether1\r\n")]);
    let expected = "# model = X\n/ip address\nadd address=10.0.0.1/24 \\\n    interface=ether1\n";
    check(device, spec(&[], None), "/export", expected, 0).await;
}

#[tokio::test]
async fn a_device_that_does_not_repeat_our_words_is_understood() {
    let device = Script { echoes: false, ..Script::new("old>") }.does("list", [say("\r\none\r\ntwo\r\n")]);
    check(device, spec(&[], None), "list", "\none\ntwo\n", 0).await;
}

#[tokio::test]
async fn text_in_any_encoding_comes_through() {
    let device = Script::new("R1#")
        .does("show", [Act::Say(b"d \xce\xf4\xe8\xf1\r\nd \xd0\x9e\xd1\x84\xd0\xb8\xd1\x81\r\nd \xff\x00\xfe\x07\x98  \r\n".to_vec())]);
    check(device, spec(&[], None), "show", "d Офис\nd Офис\nd яю\u{98}  \n", 0).await;
}

#[tokio::test]
async fn a_banner_that_looks_like_prompts_is_not_one() {
    let banner = say("\r\n****\r\n# Welcome #\r\nR9#\r\nR9#\r\n<X>\r\nLast login: today>\r\n");
    let device = Script { greeting: vec![banner], ..Script::new("R1#") }.does("show", [say("x\r\n")]);
    check(device, spec(&[], None), "show", "x\n", 0).await;
    let key = [say("Press any key to continue"), Act::Key, say("\r\n")];
    let device = Script { greeting: key.to_vec(), ..Script::new("R1#") }.does("show", [say("x\r\n")]);
    check(device, spec(&[], None), "show", "x\n", 0).await;
}

#[tokio::test]
async fn a_prompt_that_came_late_is_not_the_end_of_an_answer() {
    // The command first gets a prompt that was still on its way, much later its echo's text.
    let (ours, mut theirs) = tokio::io::duplex(1024);
    let device = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut heard = [0; 64];
        theirs.write_all(b"R1#").await.unwrap();
        theirs.read_exact(&mut heard[..1]).await.unwrap();
        theirs.write_all(b"\r\nR1#").await.unwrap();
        theirs.read_exact(&mut heard[..5]).await.unwrap();
        theirs.write_all(b"\r\nR1#").await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        theirs.write_all(b"show\r\nx\r\nR1#").await.unwrap();
        // Stays, so that the end is a prompt and not a cut.
        theirs.read_exact(&mut heard[..1]).await.ok();
    });
    let mut session = Session::open(ours, spec(&[], None), Secrets::default()).await.unwrap();
    assert_eq!(session.run("show").await.unwrap().text, "x\n");
    drop(session);
    device.await.unwrap();
}

#[tokio::test]
async fn a_message_below_the_prompt_is_not_text() {
    let message = say("x\r\nR1#\r\n*Nov 22 12:00:00: an interface went down\r\n");
    let device = Script::new("R1#").does("show", [message, Act::Line, say("\r\n")]);
    let mut session = device.open(spec(&[], None)).await.unwrap();
    assert_eq!(session.run("show").await.unwrap().text, "x\n");
    assert_eq!(session.run("other").await.unwrap().text, "");
}

#[tokio::test]
async fn spaces_at_the_end_of_a_pattern_do_not_matter() {
    for end in ["", " "] {
        let device = Script::new("user@core> ").does("show", [say("a\r\n--More-- "), Act::Key, say("\r\x1b[Kb\r\n")]);
        let modes = [format!(r"^(?P<host>\S+@\S+)>{end}$")];
        let mut session = device.open(spec(&modes.each_ref().map(String::as_str), Some(&format!("^--More--{end}$")))).await.unwrap();
        assert_eq!(session.run("show").await.unwrap().text, "a\nb\n");
    }
}

#[tokio::test]
async fn a_prompt_that_counts_the_commands_is_known_by_its_name() {
    let device = Script { greeting: vec![say("sw.1 # "), Act::Line, say("\r\n")], ..Script::new("sw.2 # ") }.does("prompt sw.3 # ", []);
    let mut session = device.open(spec(&[r"^(?P<host>\w+)\.\d+ # $"], None)).await.unwrap();
    assert_eq!(session.prompt(), "sw.2 #");
    assert_eq!(session.run("rename").await.unwrap().ended_by, EndedBy::Mode("sw.3 #".to_owned()));
}

#[tokio::test]
async fn what_is_asked_at_the_login_is_answered_only_when_it_is_foreseen() {
    let wizard = |question| Script { greeting: vec![say(question), Act::Line, say("\r\n")], ..Script::new("R1#") };
    for question in ["Would you like to enter the dialog? [yes/no]: ", "Username: ", "Change the password now? [Y/N]:"] {
        let (io, heard) = wizard(question).play();
        let cause = Session::open(io, spec(&[], None), Secrets::default()).await.unwrap_err();
        assert!(matches!(&cause, Error::Question { question: told, .. } if told == question.trim()), "{cause}");
        assert_eq!(*heard.lock().unwrap(), "", "nothing is sent to a question");
    }
    let allowed = vec![Allowed { matches: re(r"password now\? \[Y/N\]:$"), answer: "N".to_owned(), only_for: None }];
    let (io, heard) = wizard("Change the password now? [Y/N]:").play();
    let session = Session::open(io, Spec { prompts_allowed: allowed, ..spec(&[], None) }, Secrets::default()).await.unwrap();
    assert_eq!(session.prompt(), "R1#");
    assert!(heard.lock().unwrap().starts_with("N\r"));
}

#[tokio::test]
async fn a_known_answer_is_given_only_to_its_command() {
    let asks = || [say("Save? [Y/N]:"), Act::Line, say("\r\nok\r\n")];
    let device = Script::new("<R1>").does("save", asks()).does("reboot", asks());
    let allowed = vec![Allowed { matches: re(r"\[Y/N\]:$"), answer: "Y".to_owned(), only_for: Some(re("^save")) }];
    let (io, heard) = device.play();
    let mut session = Session::open(io, Spec { prompts_allowed: allowed, ..spec(&[], None) }, Secrets::default()).await.unwrap();
    assert_eq!(session.run("save").await.unwrap().text, "Save? [Y/N]:\nok\n");
    let cause = session.run("reboot").await.unwrap_err();
    assert!(matches!(&cause, Error::Question { command, .. } if command == "reboot"), "{cause}");
    assert!(heard.lock().unwrap().ends_with("reboot\r"), "nothing is sent to a question");
}

#[tokio::test]
async fn a_slow_device_gets_its_answer_once() {
    let slow = Act::Wait(Duration::from_millis(2_500));
    let acts = [say("Save? [Y/N]:"), Act::Line, slow.clone(), say("\r\nReally? [Y/N]:"), Act::Line, slow, say("\r\nok\r\n")];
    let (io, heard) = Script::new("R1#").does("save", acts).play();
    let allowed = vec![Allowed { matches: re(r"\[Y/N\]:$"), answer: "Y".to_owned(), only_for: Some(re("^save")) }];
    let mut session = Session::open(io, Spec { prompts_allowed: allowed, ..spec(&[], None) }, Secrets::default()).await.unwrap();
    assert_eq!(session.run("save").await.unwrap().text, "Save? [Y/N]:\nReally? [Y/N]:\nok\n");
    assert!(heard.lock().unwrap().ends_with("\rsave\rY\rY\r"), "{heard:?}");
}

#[tokio::test]
async fn the_privileged_mode_costs_one_try_and_its_password_is_never_shown() {
    let enable = Enable { send: "enable".to_owned(), password_prompt: re("(?i)password: ?$") };
    let asked = Spec { enable: Some(enable), ..spec(&[r"^(?P<host>\w+)[>#]$"], None) };
    let open = async |acts: Vec<Act>, secret: Option<&str>| {
        let (io, heard) = Script::new("R1>").does("enable", acts).play();
        let secrets = Secrets { enable: secret.map(Secret::new), masked: Vec::new() };
        (Session::open(io, asked.clone(), secrets).await, heard)
    };
    let (session, _) = open(vec![say("Password: "), Act::Line, say("\r\nR1#"), Act::Line, say("R1#"), Act::Hang], Some("s3cr3t")).await;
    assert_eq!(session.unwrap().prompt(), "R1#");
    let (refused, heard) =
        open(vec![say("Password: "), Act::Line, say("\r\n% s3cr3t is bad\r\nPassword: "), Act::Hang], Some("s3cr3t")).await;
    let cause = refused.unwrap_err();
    assert!(matches!(cause, Error::EnableRefused { .. }) && cause.tail().contains("% ‹secret› is bad"), "{}", cause.tail());
    assert_eq!(heard.lock().unwrap().matches("s3cr3t").count(), 1);
    let (refused, _) = open(vec![say("Password: "), Act::Line, say("\r\n% Bad\r\n")], Some("s3cr3t")).await;
    assert!(matches!(refused.unwrap_err(), Error::EnableRefused { .. }));
    let (missing, _) = open(vec![say("Password: "), Act::Line], None).await;
    assert!(matches!(missing.unwrap_err(), Error::EnablePasswordMissing { .. }));
    let (session, _) = open(vec![], None).await;
    assert_eq!(session.unwrap().prompt(), "R1>", "the device wants no password and changes nothing");
}

#[tokio::test]
async fn a_device_without_end_is_bounded() {
    let much = Act::Say("x".repeat(1_000_000).into_bytes());
    let device = Script::new("R1#").does("much", vec![much; 20]).does("pages", (0..50).flat_map(|_| [say("--More--"), Act::Key]));
    let mut session = device.clone().open(spec(&[], Some("^--More--$"))).await.unwrap();
    let cause = session.run("much").await.unwrap_err();
    assert!(matches!(cause, Error::TooMuch { limit_bytes: OUTPUT_SIZE_BYTES_MAX, .. }), "{cause}");
    let total = Timing { total: Duration::from_secs(1), ..timing() };
    let mut session = device.open(Spec { timing: total, ..spec(&[], Some("^--More--$")) }).await.unwrap();
    let cause = session.run("pages").await.unwrap_err();
    assert!(matches!(cause, Error::TooLong { .. }), "{cause}");
}

#[tokio::test]
async fn each_wait_has_a_name() {
    let soon = Duration::from_secs(1);
    let silent = Script { greeting: vec![say("hello\r\n"), Act::Hang], ..Script::new("") };
    let cause = silent.open(Spec { timing: Timing { prompt: soon, ..timing() }, ..spec(&[], None) }).await.unwrap_err();
    assert!(matches!(&cause, Error::NoPrompt { .. }) && cause.tail() == "hello", "{cause} {}", cause.tail());
    let strange = Script::new("Menu (1-5)").open(spec(&[], None)).await.unwrap_err();
    assert!(matches!(&strange, Error::StrangePrompt { seen, .. } if seen == "Menu (1-5)"), "{strange}");
    let device = Script::new("R1#").does("hang", [say("half"), Act::Hang]).does("cut", [say("half\r\nab"), Act::Cut]);
    let mut session = device.clone().open(Spec { timing: Timing { idle: soon, ..timing() }, ..spec(&[], None) }).await.unwrap();
    assert!(matches!(session.run("hang").await.unwrap_err(), Error::Idle { .. }));
    let mut session = device.open(spec(&[], None)).await.unwrap();
    let cause = session.run("cut").await.unwrap_err();
    assert!(matches!(&cause, Error::Closed { .. }) && cause.tail().ends_with("half\nab"), "{cause} {}", cause.tail());
}

#[tokio::test]
async fn a_command_that_nobody_waited_for_leaves_the_session_lost() {
    let mut session = Script::new("R1#").does("hang", [Act::Hang]).open(spec(&[], None)).await.unwrap();
    tokio::select! {
        biased;
        _ = session.run("hang") => panic!("it hangs"),
        () = tokio::task::yield_now() => {}
    }
    assert!(matches!(session.run("show").await.unwrap_err(), Error::Lost));
}

#[tokio::test]
async fn a_mode_of_the_same_device_is_told_and_a_new_name_must_be_expected() {
    let device = Script::new("R1#").does("configure terminal", [say("R1(config)#"), Act::Line, say("\r\n")]);
    let mut session = device.open(spec(&[], None)).await.unwrap();
    let output = session.run("configure terminal").await.unwrap();
    assert_eq!(output.ended_by, EndedBy::Mode("R1(config)#".to_owned()));
    let device = || Script::new("R1#").does("prompt Core-7#", []);
    let mut session = device().open(spec(&[], None)).await.unwrap();
    assert!(matches!(session.run("rename").await.unwrap_err(), Error::PromptChanged { .. }));
    let mut session = device().open(spec(&[], None)).await.unwrap();
    assert_eq!(session.run_renaming("rename").await.unwrap().ended_by, EndedBy::NewPrompt("Core-7#".to_owned()));
    assert_eq!(session.run("anything").await.unwrap().ended_by, EndedBy::Prompt);
}

/// Arbitrary bytes, preferring those that mean something, with arbitrary pauses.
fn noise(seed: u64) -> Vec<Act> {
    const WORDS: [&str; 24] = [
        "R1#",
        "\r",
        "\n",
        "\x08",
        "\x1b[",
        "\x1b]",
        "1;5H",
        "9999C",
        "42D",
        "K",
        "--More--",
        "[Y/N]:",
        "?",
        "\u{7}",
        "Password: ",
        "<R1>",
        "\x1b",
        "P",
        " ",
        "\0",
        "show",
        "%",
        "ж",
        "\r\n",
    ];
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(limit).unwrap()).unwrap()
    };
    (0..200)
        .map(|_| match next(4) {
            0 => Act::Say((0..next(40)).map(|_| u8::try_from(next(256)).unwrap()).collect()),
            1 if next(20) == 0 => Act::Key,
            _ => say(WORDS[next(WORDS.len())]),
        })
        .collect()
}

#[tokio::test]
async fn arbitrary_bytes_never_panic_and_always_end() {
    let limits = Timing { prompt: Duration::from_secs(2), idle: Duration::from_secs(1), total: Duration::from_secs(4), ..timing() };
    let mut sessions = tokio::task::JoinSet::new();
    for seed in 0..400 {
        sessions.spawn(async move {
            let mut device = Script { greeting: if seed % 2 == 0 { noise(seed) } else { Vec::new() }, ..Script::new("R1#") }
                .does("show", noise(seed + 1));
            device.pieces = vec![usize::try_from(seed).unwrap() % 17 + 1];
            let spec = Spec { timing: limits, ..spec(&[], Some("--More--")) };
            if let Ok(mut session) = device.open(spec).await {
                for _ in 0..3 {
                    drop(session.run("show").await);
                }
                session.transcript_tail();
                session.close().await;
            }
        });
    }
    tokio::time::timeout(10 * CEILING, sessions.join_all()).await.expect("all end");
}
