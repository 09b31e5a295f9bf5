//! Graphs from a real store of samples: units, rates, gaps.

#![allow(clippy::unwrap_used)]

mod house;

use house::House;
use model::{DeviceId, InterfaceId, Timestamp};
use serde_json::json;
use series::{Metric, Options, Sample, Series, SeriesKey};

#[tokio::test]
async fn a_graph_has_units_rates_and_gaps() {
    let mut house = House::new().await;
    let admin = house.set_up().await;
    let site = admin.make("/api/v1/tenants", json!({"kind": "site", "name": "PoP"})).await;
    let device = admin.make("/api/v1/devices", json!({"site": site, "name": "d", "address": "192.0.2.1"})).await;
    let client = admin.make("/api/v1/tenants", json!({"kind": "client", "name": "C"})).await;
    let service = json!({"client": client, "name": "S", "endpoints": [{"device": device, "interface": "eth0"}]});
    let interface = admin.post("/api/v1/services", service).await.expect(201).at("/endpoints/0/interface/id");

    let series = Series::open(&house.folder.join("series"), Options { reserve_bytes: 0, ..Options::default() }).unwrap();
    let key = |object: [u8; 16], metric| SeriesKey { object, metric };
    let (dev, ifc) = (*device.parse::<DeviceId>().unwrap().bytes(), *interface.parse::<InterfaceId>().unwrap().bytes());
    let begin = Timestamp::from_secs(model::Clock::System.now().secs() / 60 * 60 - 600);
    let at = |seconds: i64| Timestamp::from_secs(begin.secs() + seconds);
    let mut samples = Vec::new();
    for step in [0, 60, 120, 300, 360] {
        samples.push(Sample { key: key(dev, Metric::ReachRttMs), at: at(step), value: 2.5 });
        samples.push(Sample { key: key(ifc, Metric::InOctets), at: at(step), value: 1_000.0 * step as f64 });
    }
    assert_eq!(series.append(&samples).unwrap().stored, samples.len());
    house.router = api::router(api::Centre { series: Some(series), ..house.centre.clone() });
    let admin = house::Person { router: house.router.clone(), ..admin };

    let range = format!("from={}&to={}&points=10", at(0), at(600));
    let rtt = admin.get(&format!("/api/v1/series?object={device}&metric=reach_rtt&{range}")).await.expect(200);
    assert_eq!((rtt.at("/unit"), rtt.at("/step_s"), rtt.at("/points/0/avg")), ("ms".into(), "60".into(), "2.5".into()));
    assert_eq!(rtt.json()["points"].as_array().unwrap().len(), 5, "a gap stays a gap: {}", rtt.text);
    let traffic = admin.get(&format!("/api/v1/series?object={interface}&metric=in_bps&{range}")).await.expect(200);
    // 1000 octets a second are 8000 bits a second, whatever the distance of the samples.
    let rates: Vec<f64> = traffic.json()["points"].as_array().unwrap().iter().map(|point| point["avg"].as_f64().unwrap()).collect();
    assert!(traffic.at("/unit") == "bps" && rates.len() >= 3 && rates.iter().all(|rate| (rate - 8_000.0).abs() < 1.0), "{}", traffic.text);

    let wrong = admin.get(&format!("/api/v1/series?object={device}&metric=in_bps")).await.expect(400);
    assert!(wrong.at("/errors/0/field") == "metric" && wrong.text.contains("reach_rtt, reach_up, cpu_load"), "{}", wrong.text);
    for (query, field) in
        [("points=0", "points"), ("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from"), ("from=yesterday", "from")]
    {
        let answer = admin.get(&format!("/api/v1/series?object={device}&metric=reach_up&{query}")).await.expect(400);
        assert_eq!(answer.at("/errors/0/field"), field, "{}", answer.text);
    }
    assert!(house.nobody().get("/metrics").await.expect(200).text.contains("polyot_series_samples_appended_total 10"));
}
