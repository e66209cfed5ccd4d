PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;

-- What any SaaS has.
CREATE TABLE IF NOT EXISTS users (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    password TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS users_email ON users (email);
-- Signups that were asked to confirm their address first.
CREATE TABLE IF NOT EXISTS pending (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    password TEXT NOT NULL,
    created_at TEXT NOT NULL
);
-- Stand-ins for a mail provider, Slack and a CRM: what would have been sent. Nothing leaves the machine.
CREATE TABLE IF NOT EXISTS outbox (
    serial INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    body TEXT NOT NULL,
    link TEXT
);
CREATE INDEX IF NOT EXISTS outbox_account ON outbox (account);
-- A stand-in for an analytics server: the conversions that it was told of.
CREATE TABLE IF NOT EXISTS conversions (
    account TEXT PRIMARY KEY,
    event TEXT NOT NULL
);
-- Accounts whose address is proven: the link in the mail was opened.
CREATE TABLE IF NOT EXISTS verified (
    account TEXT PRIMARY KEY
);
-- For the operator's panel only.
CREATE TABLE IF NOT EXISTS signups (
    serial INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    sent TEXT NOT NULL,
    outcome TEXT NOT NULL,
    status INTEGER NOT NULL,
    decision TEXT NOT NULL,
    verdict TEXT,
    score REAL,
    confidence TEXT,
    reason TEXT NOT NULL,
    visit TEXT,
    findings TEXT NOT NULL,
    skipped TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS signups_account ON signups (account);
-- Which layer of the door decided, and its word for it.
CREATE TABLE IF NOT EXISTS deciding (
    account TEXT PRIMARY KEY,
    layer TEXT,
    code TEXT
);
