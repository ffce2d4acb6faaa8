ALTER TABLE vault ADD COLUMN slot_generation INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE vault ADD COLUMN slot_epoch INTEGER DEFAULT 0 NOT NULL;
CREATE TABLE sign_off (
    rowid INTEGER NOT NULL,
    id TEXT NOT NULL,
    marking TEXT NOT NULL,
    "case" TEXT NOT NULL,
    memo TEXT NOT NULL,
    person TEXT NOT NULL,
    signed TEXT NOT NULL,
    "key" TEXT NOT NULL,
    signature TEXT NOT NULL,
    PRIMARY KEY (rowid)
);
CREATE INDEX sign_off_case ON sign_off ("case");
CREATE UNIQUE INDEX sign_off_id ON sign_off (id);
CREATE TABLE refused_try (
    rowid INTEGER NOT NULL,
    id TEXT NOT NULL,
    marking TEXT NOT NULL,
    person TEXT NOT NULL,
    why TEXT NOT NULL,
    tried TEXT NOT NULL,
    PRIMARY KEY (rowid)
);
CREATE UNIQUE INDEX refused_try_id ON refused_try (id);
