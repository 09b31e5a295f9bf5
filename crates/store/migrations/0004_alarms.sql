-- Why: a condition is a row from its first miss to its end, so that judging survives a kill at any instant.
CREATE TABLE incident (
    id {blob} PRIMARY KEY,
    tenant {blob} NOT NULL REFERENCES tenant (id),
    root {blob} NOT NULL,
    state TEXT NOT NULL,
    opened_at {int} NOT NULL,
    closed_at {int},
    merged_into {blob},
    version {int} NOT NULL DEFAULT 1
){strict};
CREATE INDEX incident_state ON incident (state, id);

CREATE TABLE alarm (
    id {blob} PRIMARY KEY,
    class TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object {blob} NOT NULL,
    device {blob},
    tenant {blob} NOT NULL REFERENCES tenant (id),
    severity TEXT NOT NULL,
    state TEXT NOT NULL,
    misses {int} NOT NULL,
    first_miss_at {int} NOT NULL,
    raised_at {int},
    well_since {int},
    cleared_at {int},
    flaps {int} NOT NULL DEFAULT 0,
    incident {blob} REFERENCES incident (id),
    suppressed_by {blob},
    acked_by {blob},
    acked_at {int},
    ack_note TEXT,
    detail TEXT NOT NULL,
    version {int} NOT NULL DEFAULT 1
){strict};
-- The guard against doubled alarms: one open row for one condition.
CREATE UNIQUE INDEX alarm_open ON alarm (class, object) WHERE state <> 'cleared';
CREATE INDEX alarm_object ON alarm (object, class, cleared_at);
CREATE INDEX alarm_device ON alarm (device, state);
CREATE INDEX alarm_state ON alarm (state, id);
CREATE INDEX alarm_incident ON alarm (incident);

CREATE TABLE impact (
    id {blob} PRIMARY KEY,
    incident {blob} NOT NULL REFERENCES incident (id),
    alarm {blob} NOT NULL REFERENCES alarm (id),
    service {blob} NOT NULL,
    service_name TEXT NOT NULL,
    client {blob} NOT NULL REFERENCES tenant (id),
    site {blob},
    mapping TEXT NOT NULL,
    started_at {int} NOT NULL,
    ended_at {int}
){strict};
CREATE UNIQUE INDEX impact_open ON impact (alarm, service) WHERE ended_at IS NULL;
CREATE INDEX impact_incident ON impact (incident, client);
CREATE INDEX impact_service ON impact (service, ended_at);
