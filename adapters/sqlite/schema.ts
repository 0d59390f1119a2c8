/** Owns the first step of the schema: every table. Released steps never change; a newer one is added in migrations.ts. */

export const FIRST_SCHEMA = `
  -- A refresh writes last_used_at, revision and state: none of them is in an index.
  CREATE TABLE device_sessions (
    sid TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    sso_uid TEXT,
    device_id TEXT NOT NULL,
    status TEXT NOT NULL,
    last_used_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    facts TEXT NOT NULL,
    state TEXT NOT NULL
  ) STRICT;
  CREATE INDEX device_sessions_by_account ON device_sessions (account_id);
  CREATE INDEX device_sessions_by_client ON device_sessions (client_id, status);
  CREATE INDEX device_sessions_by_sso ON device_sessions (sso_uid) WHERE sso_uid IS NOT NULL;
  CREATE INDEX device_sessions_by_device ON device_sessions (device_id);
  CREATE INDEX device_sessions_by_due ON device_sessions (due_at);

  CREATE TABLE sso_sessions (
    uid TEXT PRIMARY KEY,
    id_hash TEXT NOT NULL UNIQUE,
    account_id TEXT,
    last_used_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    marks INTEGER NOT NULL,
    ended_at INTEGER,
    ended_reason TEXT,
    facts TEXT NOT NULL
  ) STRICT;
  CREATE INDEX sso_sessions_by_account ON sso_sessions (account_id) WHERE account_id IS NOT NULL;
  CREATE INDEX sso_sessions_by_expiry ON sso_sessions (expires_at);
  CREATE INDEX sso_sessions_by_end ON sso_sessions (ended_at) WHERE ended_at IS NOT NULL;

  CREATE TABLE endings_of_many (
    account_id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    scope TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    done INTEGER NOT NULL,
    PRIMARY KEY (account_id, epoch)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX endings_unfinished ON endings_of_many (at) WHERE done = 0;

  -- payload is text where it is lean, a blob where it is sealed under the bearer's own id.
  CREATE TABLE artifacts (
    id_hash TEXT NOT NULL,
    kind TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    spent_at_ms INTEGER,
    payload ANY NOT NULL,
    UNIQUE (id_hash, kind)
  ) STRICT;
  CREATE INDEX artifacts_by_expiry ON artifacts (expires_at);

  -- counting_key is set where repeats of one minute are counted in one row.
  CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    count INTEGER NOT NULL DEFAULT 1,
    account_id TEXT,
    sid TEXT,
    client_id TEXT,
    address TEXT,
    user_agent TEXT,
    data TEXT,
    counting_key TEXT
  ) STRICT;
  CREATE INDEX events_by_time ON events (at);
  CREATE INDEX events_by_session ON events (sid, at) WHERE sid IS NOT NULL;
  CREATE INDEX events_by_account ON events (account_id, at) WHERE account_id IS NOT NULL;
  CREATE UNIQUE INDEX events_counted ON events (counting_key) WHERE counting_key IS NOT NULL;

  CREATE TABLE accounts (
    sub TEXT PRIMARY KEY,
    email TEXT NOT NULL,
    canonical_email TEXT NOT NULL UNIQUE,
    name TEXT,
    password_hash TEXT NOT NULL,
    disabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    revision INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE limits (
    key TEXT PRIMARY KEY,
    points INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX limits_by_expiry ON limits (expires_at_ms);

  CREATE TABLE signing_keys (
    alg TEXT NOT NULL,
    kid TEXT PRIMARY KEY,
    sealed TEXT NOT NULL,
    sealed_under TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE heartbeat (id INTEGER PRIMARY KEY CHECK (id = 1), beats INTEGER NOT NULL) STRICT;
  INSERT INTO heartbeat VALUES (1, 0);
`;
