-- An archive as version 3 wrote it: tables, then rows. Never changed; the full-text index is made anew.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE addresses (
    n INTEGER PRIMARY KEY, key TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL,
    written_to INTEGER NOT NULL DEFAULT 0,
    UNIQUE (key, kind, value)
);

CREATE TABLE threads (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    audience TEXT NOT NULL,
    address INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    total INTEGER NOT NULL DEFAULT 0,
    unread INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE marks (
    thread TEXT PRIMARY KEY,
    pinned INTEGER NOT NULL, muted INTEGER NOT NULL, archived INTEGER NOT NULL, unread INTEGER NOT NULL,
    confirmed TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE drafts (thread TEXT PRIMARY KEY, text TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;

-- place: the second it is of, times 1024, plus its number within that second, so that the newest are last in
-- every list of the full-text index. at, arrival: the exact order; microseconds since 1970.
CREATE TABLE messages (
    place INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    thread INTEGER NOT NULL,
    at INTEGER NOT NULL,
    arrival INTEGER NOT NULL,
    direction TEXT NOT NULL,
    sender INTEGER,
    recipient INTEGER,
    sender_name TEXT NOT NULL,
    text TEXT NOT NULL,
    read INTEGER NOT NULL,
    state TEXT NOT NULL,
    sources TEXT NOT NULL,
    audience TEXT NOT NULL,
    unknown_reason TEXT,
    group_name TEXT,
    placeholder TEXT,
    detail TEXT NOT NULL,
    partial INTEGER NOT NULL,
    failure TEXT,
    handle TEXT,
    handle_key TEXT
);
CREATE INDEX messages_of_thread ON messages (thread, at, arrival);
CREATE INDEX incoming_of_thread ON messages (thread, at, arrival) WHERE direction = 'incoming';
CREATE UNIQUE INDEX messages_by_handle ON messages (handle_key) WHERE handle_key IS NOT NULL;
CREATE INDEX messages_of_sender ON messages (sender, sender_name) WHERE sender IS NOT NULL;
CREATE INDEX messages_by_arrival ON messages (arrival);
CREATE INDEX messages_on_their_way ON messages (place) WHERE state IN ('held', 'queued', 'handed_over');
CREATE INDEX messages_to_tell ON messages (place) WHERE state IN ('failed', 'unknown');

CREATE VIRTUAL TABLE found USING fts5 (
    text, who, content='', columnsize=0, tokenize='ascii', prefix='1 2 3'
);
INSERT INTO found (found, rank) VALUES ('secure-delete', 1);

CREATE TABLE notifications (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    app_id TEXT NOT NULL, app_name TEXT NOT NULL, title TEXT NOT NULL, subtitle TEXT NOT NULL, text TEXT NOT NULL,
    category TEXT NOT NULL, at INTEGER NOT NULL, silent INTEGER NOT NULL, important INTEGER NOT NULL,
    pre_existing INTEGER NOT NULL, positive_label TEXT, negative_label TEXT, text_message TEXT,
    stale INTEGER NOT NULL
);

CREATE TABLE gaps (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, started_at INTEGER NOT NULL, ended_at INTEGER,
    reason TEXT NOT NULL
);

CREATE TABLE contacts (n INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE contact_addresses (
    contact INTEGER NOT NULL, position INTEGER NOT NULL, address INTEGER NOT NULL,
    PRIMARY KEY (contact, position)
) WITHOUT ROWID;

CREATE TABLE calls (
    n INTEGER PRIMARY KEY, kind TEXT NOT NULL, address INTEGER NOT NULL,
    name TEXT NOT NULL, at INTEGER
);

CREATE TABLE outbox (
    n INTEGER PRIMARY KEY, message TEXT NOT NULL UNIQUE, step TEXT NOT NULL,
    recipient INTEGER NOT NULL,
    hold_until INTEGER, expires_at INTEGER, confirmed TEXT NOT NULL, command TEXT NOT NULL,
    attempts INTEGER NOT NULL
);

CREATE TABLE actions (
    n INTEGER PRIMARY KEY, at INTEGER NOT NULL, action TEXT NOT NULL, outcome TEXT NOT NULL,
    subject TEXT NOT NULL, origin TEXT NOT NULL DEFAULT ''
);
INSERT INTO meta VALUES ('folding', 'recorded without its index');
INSERT INTO meta VALUES ('phone_id', 'virtual:first-day');
INSERT INTO meta VALUES ('run', '3');
INSERT INTO addresses VALUES (1, 'tel:+15550100', 'phone', '+15550100', 1);
INSERT INTO addresses VALUES (2, 'tel:+15550101', 'phone', '+15550101', 0);
INSERT INTO threads VALUES (1, 't-alice', 'private', 1, 1795348500000000, 3, 1);
INSERT INTO threads VALUES (2, 't-bob', 'private', 2, 1795348920000000, 1, 0);
INSERT INTO marks VALUES ('t-bob', 1, 0, 0, 0, '');
INSERT INTO drafts VALUES ('t-alice', 'dear', 1795348800000000);
INSERT INTO messages VALUES (1838436864000, '1-1', 1, 1795348500000000, 0, 'incoming', 1, NULL, 'Alice', 'Café am Bahnhof, 東京駅', 0, 'received', 'ancs,map', 'private', NULL, NULL, NULL, '', 0, NULL, '0A1', 'a1');
INSERT INTO messages VALUES (1838437232640, '2-1', 1, 1795348860000000, 1, 'outgoing', NULL, 1, '', 'On my way', 1, 'accepted', 'own', 'private', NULL, NULL, NULL, '', 0, NULL, NULL, NULL);
INSERT INTO messages VALUES (1838437294080, '3-1', 2, 1795348920000000, 2, 'incoming', 2, NULL, 'Bob', 'See you', 1, 'received', 'ancs,map', 'private', NULL, NULL, NULL, '', 0, NULL, NULL, NULL);
INSERT INTO messages VALUES (1838437355520, '3-2', 1, 1795348980000000, 3, 'outgoing', NULL, 1, '', 'late', 1, 'handed_over', 'own', 'private', NULL, NULL, NULL, '', 0, NULL, NULL, NULL);
INSERT INTO notifications VALUES (1, '1.2', 'com.example', 'Example', 'Title', '', 'Some text', 'social', 1795348800000000, 0, 1, 0, 'Reply', NULL, '1', 1);
INSERT INTO gaps VALUES (1, 'g1', 1795348800000000, NULL, 'link_lost');
INSERT INTO contacts VALUES (0, 'Alice');
INSERT INTO contact_addresses VALUES (0, 0, 1);
INSERT INTO calls VALUES (0, 'missed', 2, 'Bob', 1795348800000000);
INSERT INTO outbox VALUES (1, '3-2', 'handed_over', 1, NULL, NULL, '', 'c-1', 0);
INSERT INTO actions VALUES (1, 1795348800000000, 'send', 'accepted', '2-1', 'shared:send');
PRAGMA user_version = 3;
PRAGMA application_id = 1349282657;
