-- Why: everything else belongs to a tenant and is done by a person.
CREATE TABLE tenant (
    id {blob} PRIMARY KEY,
    kind TEXT NOT NULL,
    parent {blob} REFERENCES tenant (id),
    name TEXT NOT NULL,
    -- The name in lower case, for searching: SQLite's own LOWER knows no Cyrillic.
    folded TEXT NOT NULL,
    brand_name TEXT,
    brand_sender TEXT,
    tz TEXT,
    language TEXT,
    is_shadow {int} NOT NULL DEFAULT 0,
    created_at {int} NOT NULL,
    version {int} NOT NULL DEFAULT 1
){strict};
CREATE INDEX tenant_parent ON tenant (parent);

-- Closure of the tree, each tenant with itself at depth 0: a scope is one indexed look-up.
CREATE TABLE tenant_path (
    ancestor {blob} NOT NULL REFERENCES tenant (id),
    descendant {blob} NOT NULL REFERENCES tenant (id),
    depth {int} NOT NULL,
    PRIMARY KEY (ancestor, descendant)
){strict};
CREATE INDEX tenant_path_descendant ON tenant_path (descendant, depth);

CREATE TABLE person (
    id {blob} PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    password_hash TEXT,
    created_at {int} NOT NULL,
    version {int} NOT NULL DEFAULT 1
){strict};

CREATE TABLE grant_of (
    person {blob} NOT NULL REFERENCES person (id),
    tenant {blob} NOT NULL REFERENCES tenant (id),
    role TEXT NOT NULL,
    PRIMARY KEY (person, tenant, role)
){strict};
CREATE INDEX grant_of_tenant ON grant_of (tenant);

CREATE TABLE invite (
    token_hash {blob} PRIMARY KEY,
    person {blob} NOT NULL REFERENCES person (id),
    expires_at {int} NOT NULL,
    used_at {int}
){strict};

-- Only the hash of a token is kept: a stolen database opens no session.
CREATE TABLE session (
    token_hash {blob} PRIMARY KEY,
    person {blob} NOT NULL REFERENCES person (id),
    csrf TEXT NOT NULL,
    created_at {int} NOT NULL,
    seen_at {int} NOT NULL,
    expires_at {int} NOT NULL
){strict};
CREATE INDEX session_person ON session (person);

CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
){strict};

CREATE TABLE idempotency (
    person {blob} NOT NULL,
    key TEXT NOT NULL,
    request_hash {blob} NOT NULL,
    status {int} NOT NULL,
    body TEXT NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (person, key)
){strict};
CREATE INDEX idempotency_at ON idempotency (at);
