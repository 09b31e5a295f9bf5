//! `alarm watch`: follows the stream of events, one line per change, until Ctrl-C. A lost stream is told and taken up where it broke.

use super::Call;
use super::failure::{Exit, Failure, clean};
use super::http::{Query, SILENCE_MAX, Server};
use super::names::{find, id_of};
use super::nouns::{register, watch};
use super::out::{Format, to_stdout};
use model::Timestamp;
use serde_json::Value;
use std::time::Duration;

const RETRY_MIN: Duration = Duration::from_secs(1);
const RETRY_MAX: Duration = Duration::from_secs(30);
/// Bytes of one event; the server's are far shorter.
const EVENT_BYTES_MAX: usize = 1024 * 1024;

/// Which alarms are wanted.
struct Wanted {
    severity: Option<String>,
    client: Option<String>,
    device: Option<String>,
}

/// One event of the stream.
#[derive(Debug, Default, PartialEq, Eq)]
struct Frame {
    id: Option<String>,
    name: String,
    data: String,
}

pub async fn alarms(call: &Call) -> Result<(), Failure> {
    let server = call.server()?;
    let id = |field: &'static str, kind| {
        let server = &server;
        async move {
            match call.text(field) {
                Some(name) => id_of(server, call.speech, kind, name).await.map(Some),
                None => Ok(None),
            }
        }
    };
    let wanted = Wanted {
        severity: call.text("severity").map(str::to_owned),
        client: id("client", &register::CLIENT).await?,
        device: id("device", &register::DEVICE).await?,
    };
    let (mut last, mut wait, mut is_lost) = (None, RETRY_MIN, false);
    loop {
        let failure = match stream(call, &server, &wanted, &mut last, &mut wait, &mut is_lost).await {
            Ok(()) => Failure::error(call.speech.say("said.feed_ended")),
            // Nothing that waiting would mend.
            Err(failure) if matches!(failure.exit, Exit::Denied | Exit::Usage | Exit::NotFound) => return Err(failure),
            Err(failure) => failure,
        };
        if !is_lost {
            let why = failure.detail.first().unwrap_or(&failure.what).clone();
            super::acts::loud(&call.speech.tell("said.feed_lost", &[("why", why.as_str().into())]));
        }
        is_lost = true;
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(RETRY_MAX);
    }
}

async fn stream(
    call: &Call,
    server: &Server,
    wanted: &Wanted,
    last: &mut Option<String>,
    wait: &mut Duration,
    is_lost: &mut bool,
) -> Result<(), Failure> {
    let mut response = server.events(last.as_deref()).await?;
    let mut reader = Reader::default();
    loop {
        let lost = |why: &str| Failure::error(call.speech.say("said.feed_ended")).detail(why);
        let chunk = tokio::time::timeout(SILENCE_MAX, response.chunk()).await.map_err(|_| lost(&call.speech.say("said.feed_silent")))?;
        let Some(chunk) = chunk.map_err(|error| lost(&error.to_string()))? else { return Ok(()) };
        for frame in reader.read(&chunk).ok_or_else(|| lost(&call.speech.say("said.feed_ended")))? {
            let data: Value = serde_json::from_str(&frame.data).unwrap_or_default();
            match frame.name.as_str() {
                "hello" => {
                    *wait = RETRY_MIN;
                    greet(call, &data, std::mem::take(is_lost), last.is_some());
                }
                "alarm.raised" | "alarm.changed" | "alarm.cleared" => show(call, server, wanted, &frame.name, &data).await?,
                _ => {}
            }
            // Only what has been shown counts as seen.
            *last = frame.id.or(last.take());
        }
    }
}

fn greet(call: &Call, hello: &Value, was_lost: bool, is_resumed: bool) {
    let s = call.speech;
    if hello["missed"] == true {
        super::acts::loud(&s.say("said.feed_missed"));
    } else if was_lost {
        super::acts::loud(&s.say("said.feed_back"));
    } else if !is_resumed {
        call.out.remark(&s.say("said.feed_open"));
    }
}

/// One line: when, how bad, where, what, and what became of it.
async fn show(call: &Call, server: &Server, wanted: &Wanted, kind: &str, event: &Value) -> Result<(), Failure> {
    let id = event["object"].as_str().unwrap_or_default();
    let alarm = match server.get(&format!("alarms/{id}"), &Query::new()).await {
        Ok(alarm) => alarm,
        // Out of sight meanwhile.
        Err(failure) if failure.exit == Exit::NotFound => return Ok(()),
        Err(failure) => return Err(failure),
    };
    let is =
        |wanted: &Option<String>, at: &str| wanted.as_ref().is_none_or(|wanted| find(&alarm, at).and_then(Value::as_str) == Some(wanted));
    if !(is(&wanted.severity, "severity") && is(&wanted.client, "client.id") && is(&wanted.device, "device.id")) {
        return Ok(());
    }
    match call.out.format {
        Format::Json => to_stdout(&serde_json::json!({ "event": kind, "at": event["at"], "alarm": alarm }).to_string()),
        Format::Csv | Format::Name => to_stdout(&clean(id)),
        Format::Table | Format::Wide => to_stdout(&line(call, kind, event, &alarm)),
    }
    Ok(())
}

fn line(call: &Call, kind: &str, event: &Value, alarm: &Value) -> String {
    let s = call.speech;
    let at = event["at"].as_str().and_then(|at| at.parse::<Timestamp>().ok()).map(|at| s.time(at)).unwrap_or_default();
    // What is over is shown as over, in whatever severity it was.
    let severity = if kind == "alarm.cleared" { "cleared" } else { alarm["severity"].as_str().unwrap_or_default() };
    let what = s.say(&format!("event.{}", kind.replace('.', "_")));
    let device = alarm["device"]["name"].as_str().or(alarm["object"]["name"].as_str()).unwrap_or_default();
    let by =
        alarm["acked_by"]["email"].as_str().map(|who| format!("  {}", s.tell("said.acked_by", &[("who", who.into())]))).unwrap_or_default();
    let sign = call.out.severity(severity);
    let sign = match severity {
        "cleared" => call.out.paint("32", &sign),
        "critical" => call.out.paint("1;31", &sign),
        _ => call.out.paint("33", &sign),
    };
    format!("{}  {sign}  {}  {}  {what}{}", clean(&at), clean(device), clean(&watch::problem(alarm, s)), clean(&by))
}

/// The lines of a stream of events (HTML, section 9.2.6), as far as our server speaks it: an event ends with an empty line.
#[derive(Default)]
struct Reader {
    bytes: Vec<u8>,
    frame: Frame,
}

impl Reader {
    /// The events that are complete now; `None` when one is longer than any of ours.
    fn read(&mut self, chunk: &[u8]) -> Option<Vec<Frame>> {
        self.bytes.extend_from_slice(chunk);
        let mut frames = Vec::new();
        while let Some(end) = self.bytes.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.bytes.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches(['\n', '\r']);
            if line.is_empty() {
                let frame = std::mem::take(&mut self.frame);
                if !frame.name.is_empty() {
                    frames.push(frame);
                }
                continue;
            }
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "id" => self.frame.id = Some(value.to_owned()),
                "event" => self.frame.name = value.to_owned(),
                "data" if self.frame.data.is_empty() => self.frame.data = value.to_owned(),
                "data" => self.frame.data = format!("{}\n{value}", self.frame.data),
                // A comment: the server lives.
                _ => {}
            }
        }
        (self.bytes.len() + self.frame.data.len() <= EVENT_BYTES_MAX).then_some(frames)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_wherever_the_stream_is_cut_into_pieces() {
        let stream = ": beat\n\nid: 7\nevent: hello\ndata: {\"seq\":7}\n\n: beat\r\n\r\nid: 8\r\nevent: alarm.raised\r\ndata: one\r\ndata: two\r\n\r\nid: 9\nevent: unfinished\n";
        let expected = [
            Frame { id: Some("7".into()), name: "hello".into(), data: "{\"seq\":7}".into() },
            Frame { id: Some("8".into()), name: "alarm.raised".into(), data: "one\ntwo".into() },
        ];
        for size in 1..stream.len() {
            let mut reader = Reader::default();
            let frames: Vec<Frame> = stream.as_bytes().chunks(size).flat_map(|chunk| reader.read(chunk).unwrap()).collect();
            assert_eq!(frames, expected, "in pieces of {size}");
        }
        assert!(Reader::default().read(&vec![b'x'; EVENT_BYTES_MAX + 1]).is_none(), "a line without end is not kept");
    }
}
