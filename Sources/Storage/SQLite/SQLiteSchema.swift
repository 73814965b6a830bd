/// The schema as SQLite knows it.
///
/// Types and table options are this engine's; names and meaning are the store's.
///
/// Identifiers are made by the application and grow with time, so tables are clustered by them (WITHOUT ROWID) and new
/// rows lie side by side. Raw octets are the exception: a large row is better kept in a table of its own kind.
enum SQLiteSchema {
    static let migrations: [Migration] = [
        Migration("001-mailboxes-and-people", mailboxesAndPeople),
        Migration("002-messages-octets-and-peers", messages),
        Migration("003-tickets-and-numbers", tickets),
        Migration("004-email-log", emailLog),
        Migration("005-outbox", outbox),
        Migration("006-operations", operations),
        Migration("007-attachment-verdicts-and-sent-images", attachmentVerdicts),
    ]

    private static let mailboxesAndPeople: [SQLStatement] = [
        """
        CREATE TABLE mailbox (
            id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE customer (
            id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE customer_domain (
            domain TEXT PRIMARY KEY NOT NULL, customer TEXT NOT NULL REFERENCES customer (id)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE contact (
            id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, customer TEXT REFERENCES customer (id),
            created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE contact_address (
            address TEXT PRIMARY KEY NOT NULL, contact TEXT NOT NULL REFERENCES contact (id)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE agent (
            id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE agent_address (
            address TEXT PRIMARY KEY NOT NULL, agent TEXT NOT NULL REFERENCES agent (id)
        ) STRICT, WITHOUT ROWID
        """,
    ]

    private static let messages: [SQLStatement] = [
        // By number, given by the engine: large rows are appended, and need no index of their own.
        "CREATE TABLE message_raw (id INTEGER PRIMARY KEY NOT NULL, octets BLOB NOT NULL) STRICT",
        "CREATE TABLE blob (digest BLOB PRIMARY KEY NOT NULL, size INTEGER NOT NULL, created_at INTEGER NOT NULL) STRICT",
        """
        CREATE TABLE message (
            id BLOB PRIMARY KEY NOT NULL, digest BLOB NOT NULL, content_digest BLOB NOT NULL, size INTEGER NOT NULL,
            raw INTEGER REFERENCES message_raw (id), blob BLOB REFERENCES blob (digest), message_id TEXT,
            subject TEXT NOT NULL, from_address TEXT, from_name TEXT, sent_at INTEGER, received_at INTEGER NOT NULL,
            defects TEXT, CHECK ((raw IS NULL) <> (blob IS NULL))
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX message_blob ON message (blob) WHERE blob IS NOT NULL",
        """
        CREATE TABLE attachment (
            message BLOB NOT NULL REFERENCES message (id), part INTEGER NOT NULL, name TEXT, type TEXT NOT NULL,
            size INTEGER NOT NULL, digest BLOB NOT NULL, content_id TEXT, is_inline INTEGER NOT NULL,
            PRIMARY KEY (message, part)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE delivery (
            id BLOB PRIMARY KEY NOT NULL, message BLOB NOT NULL REFERENCES message (id), received_at INTEGER NOT NULL,
            listener TEXT NOT NULL, session TEXT NOT NULL, peer TEXT NOT NULL, peer_uid INTEGER, peer_pid INTEGER,
            helo TEXT NOT NULL, protocol TEXT NOT NULL, tls TEXT, identity TEXT, reverse_path TEXT NOT NULL, body TEXT NOT NULL,
            smtputf8 INTEGER NOT NULL, declared_size INTEGER, recipients TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
    ]

    private static let tickets: [SQLStatement] = [
        """
        CREATE TABLE ticket (
            id BLOB PRIMARY KEY NOT NULL, number INTEGER NOT NULL UNIQUE, mailbox TEXT NOT NULL REFERENCES mailbox (id),
            queue TEXT NOT NULL, status TEXT NOT NULL, priority TEXT NOT NULL, subject TEXT NOT NULL,
            requester TEXT, requester_address TEXT, requester_name TEXT, contact TEXT REFERENCES contact (id),
            customer TEXT REFERENCES customer (id), assignee TEXT REFERENCES agent (id),
            created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        // No number is given twice, also when the ticket that bears the last one is removed.
        "CREATE TABLE removed_ticket (number INTEGER PRIMARY KEY NOT NULL) STRICT",
        """
        CREATE TRIGGER ticket_number_stays_taken AFTER DELETE ON ticket
        BEGIN INSERT INTO removed_ticket (number) VALUES (OLD.number) ON CONFLICT DO NOTHING; END
        """,
        """
        CREATE TABLE comment (
            ticket BLOB NOT NULL REFERENCES ticket (id), id BLOB NOT NULL, message BLOB REFERENCES message (id),
            author_kind TEXT NOT NULL, author TEXT, author_address TEXT, author_name TEXT, visibility TEXT NOT NULL,
            body TEXT, created_at INTEGER NOT NULL,
            PRIMARY KEY (ticket, id)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE participant (
            ticket BLOB NOT NULL REFERENCES ticket (id), address TEXT NOT NULL, name TEXT, role TEXT NOT NULL,
            contact TEXT REFERENCES contact (id),
            PRIMARY KEY (ticket, address)
        ) STRICT, WITHOUT ROWID
        """,
    ]

    private static let emailLog: [SQLStatement] = [
        """
        CREATE TABLE email_log (
            id BLOB PRIMARY KEY NOT NULL, mailbox TEXT NOT NULL REFERENCES mailbox (id),
            message BLOB NOT NULL REFERENCES message (id), delivery BLOB NOT NULL REFERENCES delivery (id),
            received_at INTEGER NOT NULL, outcome TEXT NOT NULL, outcome_number INTEGER NOT NULL,
            ticket BLOB REFERENCES ticket (id)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE outcome (
            email_log BLOB NOT NULL REFERENCES email_log (id), number INTEGER NOT NULL, outcome TEXT NOT NULL,
            reason TEXT NOT NULL, ticket BLOB REFERENCES ticket (id), actor TEXT NOT NULL, at INTEGER NOT NULL,
            trace TEXT NOT NULL,
            PRIMARY KEY (email_log, number)
        ) STRICT, WITHOUT ROWID
        """,
        // Append-only by the engine, not by good intentions.
        """
        CREATE TRIGGER outcome_is_append_only_update BEFORE UPDATE ON outcome
        BEGIN SELECT RAISE(ABORT, 'outcomes are append-only'); END
        """,
        """
        CREATE TRIGGER outcome_is_append_only_delete BEFORE DELETE ON outcome
        BEGIN SELECT RAISE(ABORT, 'outcomes are append-only'); END
        """,
        """
        CREATE TABLE retry_key (
            message_id TEXT NOT NULL, mailbox TEXT NOT NULL, digest BLOB NOT NULL, email_log BLOB NOT NULL,
            ticket BLOB REFERENCES ticket (id), claimed_at INTEGER NOT NULL,
            PRIMARY KEY (message_id, mailbox, digest)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE repeated_delivery (
            email_log BLOB NOT NULL REFERENCES email_log (id), delivery BLOB NOT NULL REFERENCES delivery (id),
            PRIMARY KEY (email_log, delivery)
        ) STRICT, WITHOUT ROWID
        """,
    ]

    private static let outbox: [SQLStatement] = [
        """
        CREATE TABLE outgoing_message (
            id BLOB PRIMARY KEY NOT NULL, event TEXT NOT NULL, mailbox TEXT NOT NULL REFERENCES mailbox (id),
            ticket BLOB REFERENCES ticket (id), comment BLOB, recipient TEXT NOT NULL, template TEXT NOT NULL,
            variables TEXT NOT NULL, message_id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, attempts INTEGER NOT NULL,
            due_at INTEGER NOT NULL, leased_until INTEGER, fence INTEGER NOT NULL, created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX outgoing_message_due ON outgoing_message (state, due_at)",
        """
        CREATE TABLE delivery_attempt (
            outgoing_message BLOB NOT NULL REFERENCES outgoing_message (id), number INTEGER NOT NULL,
            fence INTEGER NOT NULL, begun_at INTEGER NOT NULL, ended_at INTEGER, octets BLOB NOT NULL, result TEXT,
            reply TEXT,
            PRIMARY KEY (outgoing_message, number)
        ) STRICT
        """,
    ]

    private static let attachmentVerdicts: [SQLStatement] = [
        // A path instead of a part's number: files lie in other files too.
        """
        CREATE TABLE attachment_by_path (
            message BLOB NOT NULL REFERENCES message (id), path TEXT NOT NULL, name TEXT, type TEXT NOT NULL,
            detected_type TEXT, size INTEGER NOT NULL, digest BLOB NOT NULL, content_id TEXT, is_inline INTEGER NOT NULL,
            action TEXT NOT NULL, note TEXT,
            PRIMARY KEY (message, path)
        ) STRICT, WITHOUT ROWID
        """,
        """
        INSERT INTO attachment_by_path (message, path, name, type, size, digest, content_id, is_inline, action)
        SELECT message, CAST(part AS TEXT), name, type, size, digest, content_id, is_inline, 'allow' FROM attachment
        """,
        "DROP TABLE attachment",
        "ALTER TABLE attachment_by_path RENAME TO attachment",
        """
        CREATE TABLE sent_image (
            domain TEXT NOT NULL, digest BLOB NOT NULL, ticket BLOB NOT NULL REFERENCES ticket (id),
            PRIMARY KEY (domain, digest, ticket)
        ) STRICT, WITHOUT ROWID
        """,
    ]

    private static let operations: [SQLStatement] = [
        """
        CREATE TABLE refusal (
            id BLOB PRIMARY KEY NOT NULL, at INTEGER NOT NULL, listener TEXT NOT NULL, session TEXT NOT NULL,
            peer TEXT NOT NULL, helo TEXT NOT NULL, reverse_path TEXT, forward_path TEXT, reply TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE alarm (
            kind TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL, occurrences INTEGER NOT NULL,
            raised_at INTEGER NOT NULL, last_at INTEGER NOT NULL, cleared_at INTEGER,
            PRIMARY KEY (kind, subject)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE crash_suspect (
            digest BLOB PRIMARY KEY NOT NULL, found_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
    ]
}
