-- A process that is killed loses nothing; a power cut may lose the last moments, except of a restore, which is written through.
PRAGMA synchronous = NORMAL;
-- What is purged is overwritten.
PRAGMA secure_delete = ON;

-- What ghosted visitors submitted. `who` is a keyed hash, `sealed` is encrypted; `tried` counts the restores that were begun.
CREATE TABLE IF NOT EXISTS ghosts (
    site TEXT NOT NULL,
    id TEXT NOT NULL,
    who BLOB NOT NULL,
    action TEXT NOT NULL,
    at REAL NOT NULL,
    expires REAL NOT NULL,
    key TEXT NOT NULL,
    sealed BLOB NOT NULL,
    tried INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (site, id)
) WITHOUT ROWID;
-- Not unique: where an address may have many accounts, it may have many ghosts. It was, once.
DROP INDEX IF EXISTS ghosts_who;
CREATE INDEX IF NOT EXISTS ghosts_by_who ON ghosts (site, who);
CREATE INDEX IF NOT EXISTS ghosts_expires ON ghosts (expires);
-- Ids of ghosts whose signup came to its end: before that, nobody was told anything, and a retry begins anew.
CREATE TABLE IF NOT EXISTS answered (
    site TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (site, id)
) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS ghosts_gone AFTER DELETE ON ghosts BEGIN
    DELETE FROM answered WHERE site = OLD.site AND id = OLD.id;
END;
-- Ids of ghosts that are people now. For ever: they bear a ghost's mark, and must not be taken for one.
CREATE TABLE IF NOT EXISTS restored (
    site TEXT NOT NULL,
    id TEXT NOT NULL,
    real_id TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (site, id)
) WITHOUT ROWID;
