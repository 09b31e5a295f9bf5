-- Why: people must be able to trust who comes in: tokens for programs, a second factor, a way back in by mail, a list of sessions,
-- and limits on guessing that a restart does not forget.
ALTER TABLE session ADD COLUMN id {blob};
ALTER TABLE session ADD COLUMN address TEXT;
ALTER TABLE session ADD COLUMN agent TEXT;
UPDATE session SET id = substr(token_hash, 1, 16);
CREATE UNIQUE INDEX session_id ON session (id);

-- By which token a deed was done. Part of the row's hash where it is set, so that older rows keep theirs.
ALTER TABLE audit ADD COLUMN via {blob};

-- Revoked ones stay: the audit trail names them.
CREATE TABLE api_token (
    id {blob} PRIMARY KEY,
    token_hash {blob} NOT NULL UNIQUE,
    person {blob} NOT NULL REFERENCES person (id),
    name TEXT NOT NULL,
    access TEXT NOT NULL,
    tenant {blob} REFERENCES tenant (id),
    created_at {int} NOT NULL,
    expires_at {int} NOT NULL,
    last_used_at {int},
    last_used_from TEXT,
    revoked_at {int}
){strict};
CREATE INDEX api_token_person ON api_token (person);

CREATE TABLE second_factor (
    person {blob} PRIMARY KEY REFERENCES person (id),
    sealed {blob} NOT NULL,
    -- Null until the first code proved that the person has the secret.
    since {int},
    -- The newest time step that was accepted, so that no code works twice.
    last_step {int} NOT NULL DEFAULT 0
){strict};

CREATE TABLE recovery_code (
    person {blob} NOT NULL REFERENCES person (id),
    code_hash {blob} NOT NULL,
    used_at {int},
    PRIMARY KEY (person, code_hash)
){strict};

CREATE TABLE password_reset (
    token_hash {blob} PRIMARY KEY,
    person {blob} NOT NULL REFERENCES person (id),
    expires_at {int} NOT NULL,
    used_at {int}
){strict};
CREATE INDEX password_reset_person ON password_reset (person);

-- Mails to people of ours that wait to go out. A row is made for every address that was asked for, known or not, so that the answer takes
-- the same time. The text, and the link in it, is made when it is sent: no secret waits here.
CREATE TABLE mail_out (
    id {blob} PRIMARY KEY,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at {int} NOT NULL,
    due_at {int} NOT NULL,
    attempts {int} NOT NULL DEFAULT 0,
    last_error TEXT
){strict};
CREATE INDEX mail_out_due ON mail_out (due_at);

-- Attempts that failed, or whose outcome is not known yet.
CREATE TABLE login_failure (
    seq {serial},
    source TEXT NOT NULL,
    at {int} NOT NULL
){strict};
CREATE INDEX login_failure_source ON login_failure (source, at);
CREATE INDEX login_failure_at ON login_failure (at);
