-- Why: what a device is by its profile, work that collectors do and answer for, and configurations with how their backup stands.
-- What a person said, which recognition never overrules.
ALTER TABLE device ADD COLUMN pinned_profile TEXT;
ALTER TABLE device ADD COLUMN profile TEXT;
ALTER TABLE device ADD COLUMN vendor TEXT;
ALTER TABLE device ADD COLUMN model TEXT;
ALTER TABLE device ADD COLUMN os TEXT;
ALTER TABLE device ADD COLUMN os_version TEXT;
ALTER TABLE device ADD COLUMN serial TEXT;

CREATE TABLE task (
    id {blob} PRIMARY KEY,
    collector {blob} NOT NULL REFERENCES collector (id),
    device {blob} NOT NULL REFERENCES device (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    created_at {int} NOT NULL,
    -- When nobody waits for the answer any more.
    deadline_at {int} NOT NULL,
    -- The answer, sealed until it has been worked on.
    answer {blob}
){strict};
CREATE INDEX task_open ON task (collector, state) WHERE state IN ('queued', 'sent');
CREATE INDEX task_device ON task (device);

CREATE TABLE device_backup (
    device {blob} PRIMARY KEY REFERENCES device (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    task {blob},
    tried_at {int},
    succeeded_at {int},
    next_at {int},
    source TEXT NOT NULL,
    by_person {blob} REFERENCES person (id),
    failures {int} NOT NULL DEFAULT 0,
    problem TEXT,
    detail TEXT,
    tail TEXT,
    level TEXT,
    algorithms TEXT,
    host_key TEXT,
    host_key_offered TEXT,
    login_failed_at TEXT NOT NULL DEFAULT '[]'
){strict};
CREATE INDEX device_backup_next ON device_backup (next_at);

CREATE TABLE config (
    id {blob} PRIMARY KEY,
    device {blob} NOT NULL REFERENCES device (id) ON DELETE CASCADE,
    number {int} NOT NULL,
    taken_at {int} NOT NULL,
    seen_at {int} NOT NULL,
    source TEXT NOT NULL,
    by_person {blob} REFERENCES person (id),
    profile TEXT NOT NULL,
    lines {int} NOT NULL,
    size_bytes {int} NOT NULL,
    added {int} NOT NULL,
    removed {int} NOT NULL,
    -- What people read, secrets masked, deflated.
    masked {blob} NOT NULL,
    -- The whole text, deflated and sealed.
    sealed {blob} NOT NULL,
    -- Keyed fingerprint of what is significant in it.
    fingerprint {blob} NOT NULL,
    UNIQUE (device, number)
){strict};
