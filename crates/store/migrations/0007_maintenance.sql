-- Why: planned work mutes alarms, is announced and is taken out of the agreed time, and every minute of a report has a row behind it.
CREATE TABLE maintenance (
    id {blob} PRIMARY KEY,
    -- The nearest tenant above all of its objects.
    tenant {blob} NOT NULL REFERENCES tenant (id),
    title TEXT NOT NULL,
    note TEXT NOT NULL,
    state TEXT NOT NULL,
    starts_at {int} NOT NULL,
    ends_at {int} NOT NULL,
    announces {int} NOT NULL,
    -- How long before the start clients are told, NULL is at once.
    announce_lead_s {int},
    -- Alarms that are open when it starts are muted as well.
    mutes_open {int} NOT NULL,
    created_by {blob},
    created_at {int} NOT NULL,
    version {int} NOT NULL DEFAULT 1
){strict};
CREATE INDEX maintenance_state ON maintenance (state, starts_at);

CREATE TABLE maintenance_object (
    maintenance {blob} NOT NULL REFERENCES maintenance (id),
    place {int} NOT NULL,
    kind TEXT NOT NULL,
    object {blob} NOT NULL,
    -- As it was when planned, for what is removed meanwhile.
    name TEXT NOT NULL,
    PRIMARY KEY (maintenance, place)
){strict};
CREATE INDEX maintenance_object_object ON maintenance_object (object);

-- When which service may be interrupted by it: what is announced, and what reports take out.
CREATE TABLE maintenance_service (
    maintenance {blob} NOT NULL REFERENCES maintenance (id),
    service {blob} NOT NULL,
    client {blob} NOT NULL REFERENCES tenant (id),
    from_at {int} NOT NULL,
    to_at {int} NOT NULL,
    PRIMARY KEY (maintenance, service, from_at)
){strict};
CREATE INDEX maintenance_service_service ON maintenance_service (service, from_at);
CREATE INDEX maintenance_service_client ON maintenance_service (client);

-- What a client has been told of it.
CREATE TABLE maintenance_told (
    maintenance {blob} NOT NULL REFERENCES maintenance (id),
    client {blob} NOT NULL REFERENCES tenant (id),
    state TEXT NOT NULL,
    starts_at {int} NOT NULL,
    ends_at {int} NOT NULL,
    -- Ids, JSON.
    services TEXT NOT NULL,
    PRIMARY KEY (maintenance, client)
){strict};

-- When a collector was lost or cut off: nobody knows what was up then.
CREATE TABLE blind (
    collector {blob} NOT NULL REFERENCES collector (id),
    from_at {int} NOT NULL,
    to_at {int},
    PRIMARY KEY (collector, from_at)
){strict};

ALTER TABLE alarm ADD COLUMN muted_by {blob};
CREATE INDEX alarm_muted ON alarm (muted_by);
ALTER TABLE impact ADD COLUMN muted_by {blob};
-- The alarm's own times are those of its last return.
ALTER TABLE impact ADD COLUMN confirmed_at {int};
ALTER TABLE impact ADD COLUMN cleared_at {int};
-- An impact by a stale mapping proves no downtime.
ALTER TABLE impact ADD COLUMN is_counted {int} NOT NULL DEFAULT 1;
UPDATE impact SET is_counted = 0 WHERE mapping = 'stale';
-- How many endpoints must work, NULL is all.
ALTER TABLE service ADD COLUMN need {int};

-- A notice may be about maintenance: no incident then. `thread` is the id of what it is about.
CREATE TABLE notice_wide (
    id {blob} PRIMARY KEY,
    thread {blob} NOT NULL,
    incident {blob} REFERENCES incident (id),
    maintenance {blob} REFERENCES maintenance (id),
    client {blob} NOT NULL REFERENCES tenant (id),
    contact {blob},
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    language TEXT NOT NULL,
    kind TEXT NOT NULL,
    step {int} NOT NULL,
    state TEXT NOT NULL,
    hold_reason TEXT,
    release_at {int},
    brand TEXT NOT NULL,
    sender TEXT,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    html TEXT NOT NULL,
    message_id TEXT NOT NULL,
    attempts {int} NOT NULL DEFAULT 0,
    next_attempt_at {int},
    leased_until {int} NOT NULL DEFAULT 0,
    last_error TEXT,
    created_at {int} NOT NULL,
    sent_at {int},
    proof TEXT,
    version {int} NOT NULL DEFAULT 1
){strict};
INSERT INTO notice_wide (id, thread, incident, client, contact, channel, address, language, kind, step, state, hold_reason, release_at, brand, sender, subject, body, html,
    message_id, attempts, next_attempt_at, leased_until, last_error, created_at, sent_at, proof, version)
    SELECT id, incident, incident, client, contact, channel, address, language, kind, step, state, hold_reason, release_at, brand, sender, subject, body, html,
    message_id, attempts, next_attempt_at, leased_until, last_error, created_at, sent_at, proof, version FROM notice;
DROP TABLE notice;
ALTER TABLE notice_wide RENAME TO notice;
CREATE UNIQUE INDEX notice_once ON notice (thread, client, address, channel, step);
CREATE INDEX notice_state ON notice (state, next_attempt_at);
CREATE INDEX notice_client ON notice (client, id);
CREATE INDEX notice_created ON notice (created_at);
