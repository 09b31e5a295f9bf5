-- Why: what clients are told, with proof; what line 1 has to do.
CREATE TABLE thread (
    incident {blob} NOT NULL REFERENCES incident (id),
    client {blob} NOT NULL REFERENCES tenant (id),
    lead {blob} NOT NULL,
    state TEXT NOT NULL,
    opened_at {int} NOT NULL,
    due_at {int} NOT NULL,
    told_services TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (incident, client)
){strict};
CREATE INDEX thread_due ON thread (state, due_at);
CREATE INDEX thread_client ON thread (client, state);

CREATE TABLE notice (
    id {blob} PRIMARY KEY,
    incident {blob} NOT NULL REFERENCES incident (id),
    client {blob} NOT NULL REFERENCES tenant (id),
    contact {blob},
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    language TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- Tells repeated steps of one thread apart: (incident, client, contact, channel, step) is written once.
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
CREATE UNIQUE INDEX notice_once ON notice (incident, client, address, channel, step);
CREATE INDEX notice_state ON notice (state, next_attempt_at);
CREATE INDEX notice_client ON notice (client, id);
CREATE INDEX notice_created ON notice (created_at);

CREATE TABLE ticket (
    id {blob} PRIMARY KEY,
    tenant {blob} NOT NULL REFERENCES tenant (id),
    line TEXT NOT NULL,
    state TEXT NOT NULL,
    incident {blob} NOT NULL UNIQUE REFERENCES incident (id),
    title TEXT NOT NULL,
    holder {blob},
    opened_at {int} NOT NULL,
    resolved_at {int},
    version {int} NOT NULL DEFAULT 1
){strict};
CREATE INDEX ticket_state ON ticket (state, id);

CREATE TABLE ticket_client (
    ticket {blob} NOT NULL REFERENCES ticket (id),
    client {blob} NOT NULL REFERENCES tenant (id),
    PRIMARY KEY (ticket, client)
){strict};

CREATE TABLE ticket_note (
    ticket {blob} NOT NULL REFERENCES ticket (id),
    place {int} NOT NULL,
    at {int} NOT NULL,
    author {blob},
    text TEXT NOT NULL,
    PRIMARY KEY (ticket, place)
){strict};
