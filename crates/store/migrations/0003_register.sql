-- Why: the register of what we look after: contacts, credentials, devices, interfaces, services.
CREATE TABLE contact (
    id {blob} PRIMARY KEY,
    tenant {blob} NOT NULL REFERENCES tenant (id),
    name TEXT NOT NULL,
    email TEXT,
    webhook TEXT,
    webhook_secret {blob},
    language TEXT NOT NULL,
    created_at {int} NOT NULL,
    version {int} NOT NULL DEFAULT 1
){strict};
CREATE INDEX contact_tenant ON contact (tenant);

CREATE TABLE credential (
    id {blob} PRIMARY KEY,
    tenant {blob} NOT NULL REFERENCES tenant (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    sealed {blob} NOT NULL,
    created_at {int} NOT NULL,
    version {int} NOT NULL DEFAULT 1
){strict};
CREATE INDEX credential_tenant ON credential (tenant);

CREATE TABLE collector (
    id {blob} PRIMARY KEY,
    tenant {blob} NOT NULL REFERENCES tenant (id),
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    seen_at {int},
    since {int} NOT NULL,
    note TEXT NOT NULL DEFAULT '[]',
    version {int} NOT NULL DEFAULT 1
){strict};

CREATE TABLE device (
    id {blob} PRIMARY KEY,
    site {blob} NOT NULL REFERENCES tenant (id),
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    -- Name and address in lower case, for searching.
    folded TEXT NOT NULL,
    snmp_port {int} NOT NULL,
    ssh_port {int} NOT NULL,
    owner TEXT NOT NULL,
    probe_interval_s {int} NOT NULL,
    poll_interval_s {int} NOT NULL,
    collector {blob} NOT NULL REFERENCES collector (id),
    state TEXT NOT NULL,
    state_since {int} NOT NULL,
    seen_at {int},
    sys_name TEXT,
    sys_descr TEXT,
    sys_object_id TEXT,
    booted_at {int},
    probe_method TEXT,
    created_at {int} NOT NULL,
    version {int} NOT NULL DEFAULT 1,
    UNIQUE (site, name)
){strict};
CREATE INDEX device_site ON device (site);
CREATE INDEX device_collector ON device (collector);

CREATE TABLE device_credential (
    device {blob} NOT NULL REFERENCES device (id) ON DELETE CASCADE,
    credential {blob} NOT NULL REFERENCES credential (id),
    place {int} NOT NULL,
    PRIMARY KEY (device, credential)
){strict};
CREATE INDEX device_credential_credential ON device_credential (credential);

CREATE TABLE interface (
    id {blob} PRIMARY KEY,
    device {blob} NOT NULL REFERENCES device (id) ON DELETE CASCADE,
    if_name TEXT NOT NULL,
    if_index {int},
    if_descr TEXT,
    if_alias TEXT,
    if_type {int},
    speed_bps {int},
    mtu {int},
    mac TEXT,
    admin TEXT,
    oper TEXT,
    oper_since {int},
    seen_at {int},
    is_present {int} NOT NULL,
    version {int} NOT NULL DEFAULT 1,
    UNIQUE (device, if_name)
){strict};

CREATE TABLE device_parent (
    device {blob} NOT NULL REFERENCES device (id) ON DELETE CASCADE,
    parent {blob} NOT NULL REFERENCES device (id),
    interface {blob} REFERENCES interface (id),
    PRIMARY KEY (device, parent)
){strict};
CREATE INDEX device_parent_parent ON device_parent (parent);
CREATE INDEX device_parent_interface ON device_parent (interface);

CREATE TABLE service (
    id {blob} PRIMARY KEY,
    client {blob} NOT NULL REFERENCES tenant (id),
    name TEXT NOT NULL,
    created_at {int} NOT NULL,
    version {int} NOT NULL DEFAULT 1
){strict};
CREATE INDEX service_client ON service (client);

CREATE TABLE service_endpoint (
    service {blob} NOT NULL REFERENCES service (id) ON DELETE CASCADE,
    place {int} NOT NULL,
    device {blob} NOT NULL REFERENCES device (id),
    interface {blob} REFERENCES interface (id),
    PRIMARY KEY (service, place)
){strict};
CREATE INDEX service_endpoint_device ON service_endpoint (device);
CREATE INDEX service_endpoint_interface ON service_endpoint (interface);
