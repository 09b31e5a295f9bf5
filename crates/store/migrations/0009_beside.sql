-- Why: other monitoring systems tell us their alarms, and what they know of devices is taken over as a previewed plan.
CREATE TABLE source (
    id {blob} PRIMARY KEY,
    tenant {blob} NOT NULL REFERENCES tenant (id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    -- SHA-256 of a random secret of 256 bits.
    secret_hash {blob} NOT NULL,
    heard_at {int},
    received {int} NOT NULL DEFAULT 0,
    created_at {int} NOT NULL,
    version {int} NOT NULL DEFAULT 1
){strict};
CREATE INDEX source_tenant ON source (tenant);

-- One condition as the other system names it. What is not mapped is kept all the same: nothing is lost.
CREATE TABLE signal (
    id {blob} PRIMARY KEY,
    source {blob} NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    source_key TEXT NOT NULL,
    title TEXT NOT NULL,
    severity TEXT NOT NULL,
    state TEXT NOT NULL,
    labels TEXT NOT NULL,
    device {blob} REFERENCES device (id) ON DELETE SET NULL,
    service {blob} REFERENCES service (id) ON DELETE SET NULL,
    -- Grows from one occurrence to the next in the words of the source: an older one never undoes a newer one.
    occurrence {int} NOT NULL,
    began_at {int} NOT NULL,
    ended_at {int},
    closed_at {int},
    first_at {int} NOT NULL,
    last_at {int} NOT NULL,
    heard {int} NOT NULL,
    note TEXT NOT NULL,
    raw TEXT NOT NULL,
    UNIQUE (source, source_key)
){strict};
CREATE INDEX signal_state ON signal (state, source);
CREATE INDEX signal_device ON signal (device);
CREATE INDEX signal_service ON signal (service);

-- Same label, same object.
CREATE TABLE signal_rule (
    source {blob} NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    label TEXT NOT NULL,
    value TEXT NOT NULL,
    device {blob} REFERENCES device (id) ON DELETE CASCADE,
    service {blob} REFERENCES service (id) ON DELETE CASCADE,
    created_at {int} NOT NULL,
    PRIMARY KEY (source, label, value)
){strict};
CREATE INDEX signal_rule_device ON signal_rule (device);
CREATE INDEX signal_rule_service ON signal_rule (service);

CREATE TABLE import (
    id {blob} PRIMARY KEY,
    tenant {blob} NOT NULL REFERENCES tenant (id),
    format TEXT NOT NULL,
    state TEXT NOT NULL,
    file_name TEXT NOT NULL,
    is_simulated {int} NOT NULL,
    -- Sentences about the file as a whole.
    notes TEXT NOT NULL,
    created_by {blob} NOT NULL REFERENCES person (id),
    created_at {int} NOT NULL,
    version {int} NOT NULL DEFAULT 1
){strict};
CREATE INDEX import_tenant ON import (tenant);

CREATE TABLE import_row (
    import {blob} NOT NULL REFERENCES import (id) ON DELETE CASCADE,
    place {int} NOT NULL,
    line {int} NOT NULL,
    verdict TEXT NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    site {blob},
    site_name TEXT NOT NULL,
    problems TEXT NOT NULL,
    changes TEXT NOT NULL,
    -- The device as it shall be, without secrets, and as it was.
    wanted TEXT NOT NULL,
    before TEXT,
    device {blob},
    -- Version of the device that the plan saw, then the one that it made.
    device_version {int},
    outcome TEXT,
    outcome_detail TEXT,
    PRIMARY KEY (import, place)
){strict};
CREATE INDEX import_row_verdict ON import_row (import, verdict, place);
