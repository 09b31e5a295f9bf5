-- Why: a change and its announcement commit together (outbox); who did what is provable (hash chain).
CREATE TABLE event (
    seq {serial},
    at {int} NOT NULL,
    kind TEXT NOT NULL,
    object TEXT NOT NULL,
    tenant {blob} NOT NULL,
    version {int} NOT NULL,
    fields TEXT NOT NULL
){strict};
CREATE INDEX event_at ON event (at);

CREATE TABLE delivery (
    event {int} NOT NULL REFERENCES event (seq),
    subscriber TEXT NOT NULL,
    is_done {int} NOT NULL DEFAULT 0,
    leased_until {int} NOT NULL DEFAULT 0,
    attempts {int} NOT NULL DEFAULT 0,
    last_error TEXT,
    PRIMARY KEY (event, subscriber)
){strict};
CREATE INDEX delivery_open ON delivery (subscriber, is_done, event);

CREATE TABLE lease (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until {int} NOT NULL
){strict};

CREATE TABLE audit (
    seq {int} PRIMARY KEY,
    at {int} NOT NULL,
    person {blob},
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    tenant {blob} NOT NULL,
    before TEXT,
    after TEXT,
    previous {blob} NOT NULL,
    hash {blob} NOT NULL
){strict};
CREATE INDEX audit_object ON audit (object, seq);
CREATE INDEX audit_tenant ON audit (tenant, seq);
