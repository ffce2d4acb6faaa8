CREATE TABLE agreement (
    rowid INTEGER NOT NULL,
    id TEXT NOT NULL,
    marking TEXT NOT NULL,
    "case" TEXT NOT NULL,
    reference TEXT NOT NULL,
    edition TEXT NOT NULL,
    signed TEXT,
    uses TEXT NOT NULL,
    people TEXT NOT NULL,
    sharing TEXT NOT NULL,
    developer_may_be_named INTEGER NOT NULL,
    return_duty TEXT NOT NULL,
    attachment TEXT,
    entered_in_error TEXT,
    PRIMARY KEY (rowid)
);
CREATE INDEX agreement_case ON agreement ("case");
CREATE UNIQUE INDEX agreement_id ON agreement (id);
CREATE TABLE assignment (
    rowid INTEGER NOT NULL,
    id TEXT NOT NULL,
    marking TEXT NOT NULL,
    "case" TEXT NOT NULL,
    person TEXT NOT NULL,
    PRIMARY KEY (rowid)
);
CREATE INDEX assignment_case ON assignment ("case");
CREATE UNIQUE INDEX assignment_id ON assignment (id);
CREATE TABLE attachment (
    rowid INTEGER NOT NULL,
    id TEXT NOT NULL,
    marking TEXT NOT NULL,
    "case" TEXT NOT NULL,
    name TEXT NOT NULL,
    sha512 TEXT NOT NULL,
    size INTEGER NOT NULL,
    detected TEXT NOT NULL,
    holding TEXT NOT NULL,
    source TEXT NOT NULL,
    received TEXT NOT NULL,
    medium TEXT NOT NULL,
    checkpoint TEXT,
    entered_in_error TEXT,
    PRIMARY KEY (rowid)
);
CREATE INDEX attachment_case ON attachment ("case");
CREATE UNIQUE INDEX attachment_id ON attachment (id);
CREATE TABLE blob (
    id TEXT NOT NULL,
    wrapped_key BLOB NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE "case" (
    rowid INTEGER NOT NULL,
    id TEXT NOT NULL,
    marking TEXT NOT NULL,
    number TEXT NOT NULL,
    codename TEXT NOT NULL,
    developer TEXT NOT NULL,
    developer_contact TEXT NOT NULL,
    opened TEXT NOT NULL,
    weights TEXT NOT NULL,
    access TEXT NOT NULL,
    evaluation TEXT NOT NULL,
    consultation TEXT NOT NULL,
    material TEXT NOT NULL,
    PRIMARY KEY (rowid)
);
CREATE UNIQUE INDEX case_id ON "case" (id);
CREATE TABLE checkpoint (
    rowid INTEGER NOT NULL,
    id TEXT NOT NULL,
    marking TEXT NOT NULL,
    "case" TEXT NOT NULL,
    build TEXT NOT NULL,
    safeguards TEXT NOT NULL,
    access_mode TEXT NOT NULL,
    runs_at TEXT NOT NULL,
    entered_in_error TEXT,
    PRIMARY KEY (rowid)
);
CREATE INDEX checkpoint_case ON checkpoint ("case");
CREATE UNIQUE INDEX checkpoint_id ON checkpoint (id);
CREATE TABLE "conflict" (
    record TEXT NOT NULL,
    field TEXT NOT NULL,
    operation TEXT NOT NULL,
    PRIMARY KEY (record, field, operation)
);
CREATE TABLE dated_fact (
    rowid INTEGER NOT NULL,
    id TEXT NOT NULL,
    marking TEXT NOT NULL,
    "case" TEXT NOT NULL,
    what TEXT NOT NULL,
    moment TEXT NOT NULL,
    zone TEXT NOT NULL,
    precision TEXT NOT NULL,
    source TEXT NOT NULL,
    attachment TEXT,
    reason TEXT NOT NULL,
    entered_in_error TEXT,
    PRIMARY KEY (rowid)
);
CREATE INDEX dated_fact_case ON dated_fact ("case");
CREATE UNIQUE INDEX dated_fact_id ON dated_fact (id);
CREATE TABLE determination (
    rowid INTEGER NOT NULL,
    id TEXT NOT NULL,
    marking TEXT NOT NULL,
    "case" TEXT NOT NULL,
    answer TEXT NOT NULL,
    moment TEXT NOT NULL,
    authority TEXT NOT NULL,
    reference TEXT NOT NULL,
    entered_in_error TEXT,
    PRIMARY KEY (rowid)
);
CREATE INDEX determination_case ON determination ("case");
CREATE UNIQUE INDEX determination_id ON determination (id);
CREATE TABLE draft (
    place TEXT NOT NULL,
    person TEXT NOT NULL,
    text TEXT NOT NULL,
    saved_at TEXT NOT NULL,
    PRIMARY KEY (place, person)
);
CREATE TABLE entry (
    number INTEGER NOT NULL,
    text TEXT NOT NULL,
    hash TEXT NOT NULL,
    id TEXT GENERATED ALWAYS AS (json_extract(text, '$.id')) STORED,
    replica TEXT GENERATED ALWAYS AS (json_extract(text, '$.replica')) STORED,
    sequence INTEGER GENERATED ALWAYS AS (json_extract(text, '$.sequence')) STORED,
    "case" TEXT GENERATED ALWAYS AS (json_extract(text, '$.case')) STORED,
    at TEXT GENERATED ALWAYS AS (json_extract(text, '$.at')) STORED,
    PRIMARY KEY (number)
);
CREATE INDEX entry_at ON entry (replica, at);
CREATE INDEX entry_case ON entry ("case", number, at);
CREATE UNIQUE INDEX entry_chain ON entry (replica, sequence);
CREATE UNIQUE INDEX entry_id ON entry (id);
CREATE TABLE evaluation_summary (
    rowid INTEGER NOT NULL,
    id TEXT NOT NULL,
    marking TEXT NOT NULL,
    "case" TEXT NOT NULL,
    attachment TEXT NOT NULL,
    format TEXT NOT NULL,
    tool TEXT,
    task TEXT,
    model TEXT,
    status TEXT,
    run_at TEXT,
    said TEXT NOT NULL,
    PRIMARY KEY (rowid)
);
CREATE INDEX evaluation_summary_case ON evaluation_summary ("case");
CREATE UNIQUE INDEX evaluation_summary_id ON evaluation_summary (id);
CREATE TABLE evidence (
    rowid INTEGER NOT NULL,
    id TEXT NOT NULL,
    marking TEXT NOT NULL,
    "case" TEXT NOT NULL,
    supports TEXT NOT NULL,
    attachment TEXT NOT NULL,
    place TEXT NOT NULL,
    remark TEXT NOT NULL,
    PRIMARY KEY (rowid)
);
CREATE INDEX evidence_case ON evidence ("case");
CREATE UNIQUE INDEX evidence_id ON evidence (id);
CREATE TABLE finding (
    rowid INTEGER NOT NULL,
    id TEXT NOT NULL,
    marking TEXT NOT NULL,
    "case" TEXT NOT NULL,
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    product TEXT NOT NULL,
    product_version TEXT NOT NULL,
    vendor TEXT NOT NULL,
    description TEXT NOT NULL,
    discovery TEXT NOT NULL,
    conditions TEXT NOT NULL,
    impact TEXT NOT NULL,
    public TEXT NOT NULL,
    exploited TEXT NOT NULL,
    vendor_contacted TEXT,
    disclosure TEXT,
    found TEXT NOT NULL,
    found_by TEXT NOT NULL,
    referral TEXT NOT NULL,
    entered_in_error TEXT,
    PRIMARY KEY (rowid)
);
CREATE INDEX finding_case ON finding ("case");
CREATE UNIQUE INDEX finding_id ON finding (id);
CREATE TABLE memo (
    rowid INTEGER NOT NULL,
    id TEXT NOT NULL,
    marking TEXT NOT NULL,
    "case" TEXT NOT NULL,
    number INTEGER NOT NULL,
    subject TEXT NOT NULL,
    addressee TEXT NOT NULL,
    sender TEXT NOT NULL,
    body TEXT NOT NULL,
    author TEXT NOT NULL,
    state TEXT NOT NULL,
    revision TEXT,
    pdf TEXT,
    dated TEXT NOT NULL,
    entered_in_error TEXT,
    PRIMARY KEY (rowid)
);
CREATE INDEX memo_case ON memo ("case");
CREATE UNIQUE INDEX memo_id ON memo (id);
CREATE TABLE note (
    rowid INTEGER NOT NULL,
    id TEXT NOT NULL,
    marking TEXT NOT NULL,
    "case" TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    author TEXT NOT NULL,
    written TEXT NOT NULL,
    about TEXT,
    entered_in_error TEXT,
    PRIMARY KEY (rowid)
);
CREATE INDEX note_case ON note ("case");
CREATE UNIQUE INDEX note_id ON note (id);
CREATE TABLE operation (
    number INTEGER NOT NULL,
    entry TEXT NOT NULL,
    text TEXT NOT NULL,
    values_text TEXT,
    salt TEXT,
    id TEXT GENERATED ALWAYS AS (json_extract(text, '$.id')) STORED,
    record TEXT GENERATED ALWAYS AS (json_extract(text, '$.record')) STORED,
    action TEXT GENERATED ALWAYS AS (json_extract(text, '$.action')) STORED,
    PRIMARY KEY (number)
);
CREATE INDEX operation_entry ON operation (entry);
CREATE INDEX operation_erase ON operation (action) WHERE action = 'erase';
CREATE UNIQUE INDEX operation_id ON operation (id);
CREATE INDEX operation_record ON operation (record);
CREATE TABLE person (
    rowid INTEGER NOT NULL,
    id TEXT NOT NULL,
    marking TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (rowid)
);
CREATE UNIQUE INDEX person_id ON person (id);
CREATE TABLE preference (
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (name)
);
CREATE TABLE setting (
    rowid INTEGER NOT NULL,
    id TEXT NOT NULL,
    marking TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (rowid)
);
CREATE UNIQUE INDEX setting_id ON setting (id);
CREATE TABLE submission (
    rowid INTEGER NOT NULL,
    id TEXT NOT NULL,
    marking TEXT NOT NULL,
    "case" TEXT NOT NULL,
    offered_by TEXT NOT NULL,
    offered TEXT NOT NULL,
    document TEXT NOT NULL,
    attachment TEXT,
    checkpoint TEXT,
    entered_in_error TEXT,
    PRIMARY KEY (rowid)
);
CREATE INDEX submission_case ON submission ("case");
CREATE UNIQUE INDEX submission_id ON submission (id);
CREATE TABLE transfer (
    rowid INTEGER NOT NULL,
    id TEXT NOT NULL,
    marking TEXT NOT NULL,
    "case" TEXT NOT NULL,
    package TEXT NOT NULL,
    purpose TEXT NOT NULL,
    profile TEXT NOT NULL,
    recipient TEXT NOT NULL,
    written TEXT NOT NULL,
    prepared_by TEXT NOT NULL,
    manifest TEXT NOT NULL,
    files INTEGER NOT NULL,
    size INTEGER NOT NULL,
    receipt TEXT,
    entered_in_error TEXT,
    PRIMARY KEY (rowid)
);
CREATE INDEX transfer_case ON transfer ("case");
CREATE UNIQUE INDEX transfer_id ON transfer (id);
CREATE TABLE vault (
    replica TEXT NOT NULL,
    PRIMARY KEY (replica)
);
CREATE VIRTUAL TABLE case_search USING fts5("codename", "developer", content='case', content_rowid='rowid', prefix='2 3', tokenize="unicode61 tokenchars '-_.:'");
INSERT INTO case_search(case_search, rank) VALUES('secure-delete', 1);
CREATE VIRTUAL TABLE submission_search USING fts5("offered_by", content='submission', content_rowid='rowid', prefix='2 3', tokenize="unicode61 tokenchars '-_.:'");
INSERT INTO submission_search(submission_search, rank) VALUES('secure-delete', 1);
CREATE VIRTUAL TABLE agreement_search USING fts5("uses", content='agreement', content_rowid='rowid', prefix='2 3', tokenize="unicode61 tokenchars '-_.:'");
INSERT INTO agreement_search(agreement_search, rank) VALUES('secure-delete', 1);
CREATE VIRTUAL TABLE checkpoint_search USING fts5("build", content='checkpoint', content_rowid='rowid', prefix='2 3', tokenize="unicode61 tokenchars '-_.:'");
INSERT INTO checkpoint_search(checkpoint_search, rank) VALUES('secure-delete', 1);
CREATE VIRTUAL TABLE dated_fact_search USING fts5("source", content='dated_fact', content_rowid='rowid', prefix='2 3', tokenize="unicode61 tokenchars '-_.:'");
INSERT INTO dated_fact_search(dated_fact_search, rank) VALUES('secure-delete', 1);
CREATE VIRTUAL TABLE attachment_search USING fts5("name", "source", content='attachment', content_rowid='rowid', prefix='2 3', tokenize="unicode61 tokenchars '-_.:'");
INSERT INTO attachment_search(attachment_search, rank) VALUES('secure-delete', 1);
CREATE VIRTUAL TABLE evaluation_summary_search USING fts5("task", "model", content='evaluation_summary', content_rowid='rowid', prefix='2 3', tokenize="unicode61 tokenchars '-_.:'");
INSERT INTO evaluation_summary_search(evaluation_summary_search, rank) VALUES('secure-delete', 1);
CREATE VIRTUAL TABLE evidence_search USING fts5("remark", content='evidence', content_rowid='rowid', prefix='2 3', tokenize="unicode61 tokenchars '-_.:'");
INSERT INTO evidence_search(evidence_search, rank) VALUES('secure-delete', 1);
CREATE VIRTUAL TABLE finding_search USING fts5("title", "product", "vendor", "description", "impact", content='finding', content_rowid='rowid', prefix='2 3', tokenize="unicode61 tokenchars '-_.:'");
INSERT INTO finding_search(finding_search, rank) VALUES('secure-delete', 1);
CREATE VIRTUAL TABLE note_search USING fts5("title", "body", content='note', content_rowid='rowid', prefix='2 3', tokenize="unicode61 tokenchars '-_.:'");
INSERT INTO note_search(note_search, rank) VALUES('secure-delete', 1);
CREATE VIRTUAL TABLE memo_search USING fts5("subject", "body", content='memo', content_rowid='rowid', prefix='2 3', tokenize="unicode61 tokenchars '-_.:'");
INSERT INTO memo_search(memo_search, rank) VALUES('secure-delete', 1);
CREATE VIRTUAL TABLE person_search USING fts5("name", content='person', content_rowid='rowid', prefix='2 3', tokenize="unicode61 tokenchars '-_.:'");
INSERT INTO person_search(person_search, rank) VALUES('secure-delete', 1);
