/** The schema of the database and its history. */
import { type Connection, readPragma, setPragma } from './connection.ts';
import { StoreError } from './errors.ts';

/**
 * The schema, as the steps that led to it: entry n takes a store from version n to n + 1. A step that has been
 * released never changes; a new one is added below. Times are milliseconds since 1970.
 */
export const migrations: readonly string[] = [
  `CREATE TABLE settings (
     key TEXT PRIMARY KEY,
     value TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE roles (
     id TEXT PRIMARY KEY,
     privileges TEXT NOT NULL,
     revision INTEGER NOT NULL
   ) STRICT;

   CREATE TABLE accounts (
     id TEXT PRIMARY KEY,
     user_name TEXT NOT NULL UNIQUE,
     role TEXT NOT NULL,
     enabled INTEGER NOT NULL,
     password TEXT NOT NULL,
     history TEXT NOT NULL,
     change_required INTEGER NOT NULL,
     password_expires INTEGER,
     created INTEGER NOT NULL,
     failures INTEGER NOT NULL,
     last_failure INTEGER NOT NULL,
     locked_at INTEGER,
     revision INTEGER NOT NULL
   ) STRICT;

   CREATE TABLE sessions (
     id TEXT PRIMARY KEY,
     token_hash TEXT NOT NULL UNIQUE,
     account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
     address TEXT NOT NULL,
     context TEXT,
     created INTEGER NOT NULL,
     last_used INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX sessions_account ON sessions (account);`,

  // One index serves every view of a log, because a stream is a view; the other has an entry per open condition.
  `CREATE TABLE journal (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     stream TEXT NOT NULL,
     time INTEGER NOT NULL,
     boot TEXT NOT NULL,
     uptime INTEGER NOT NULL,
     system TEXT,
     message_id TEXT NOT NULL,
     args TEXT NOT NULL,
     message TEXT NOT NULL,
     severity TEXT NOT NULL,
     origin TEXT,
     condition TEXT,
     resolved INTEGER NOT NULL,
     user TEXT,
     address TEXT,
     detail TEXT
   ) STRICT;
   CREATE INDEX journal_stream ON journal (stream, id);
   CREATE INDEX journal_open ON journal (condition) WHERE condition IS NOT NULL AND resolved = 0;`,

  // For client filters by time.
  `CREATE INDEX journal_time ON journal (stream, time);
   CREATE INDEX journal_severity ON journal (stream, severity, resolved);
   CREATE INDEX journal_message ON journal (stream, message_id);`,

  // Up to which id each log has been overwritten, so that a reader detects lost events.
  `CREATE TABLE journal_overwritten (
     stream TEXT PRIMARY KEY,
     id INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;`,

  // History of readings. Each row holds all series of its span, so that flash is written rarely.
  `CREATE TABLE history_series (
     id INTEGER PRIMARY KEY,
     name TEXT NOT NULL UNIQUE
   ) STRICT;
   CREATE TABLE history_raw (start INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
   CREATE TABLE history_minutes (start INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
   CREATE TABLE history_hours (start INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
   CREATE TABLE sensor_statistics (
     sensor TEXT PRIMARY KEY,
     since INTEGER NOT NULL,
     lowest REAL,
     lowest_time INTEGER,
     peak REAL,
     peak_time INTEGER
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE telemetry (
     kind TEXT NOT NULL,
     id TEXT NOT NULL,
     body TEXT NOT NULL,
     PRIMARY KEY (kind, id)
   ) STRICT, WITHOUT ROWID;`,
  // Event subscriptions and their cursors.
  `CREATE TABLE subscriptions (
     id TEXT PRIMARY KEY,
     facts TEXT NOT NULL,
     place INTEGER NOT NULL,
     suspended INTEGER NOT NULL
   ) STRICT;`,

  // Tasks.
  `CREATE TABLE tasks (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     body TEXT NOT NULL
   ) STRICT;`,
  // How far foreign logs have been imported.
  `CREATE TABLE marks (
     source TEXT PRIMARY KEY,
     mark TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;`,

  // Undelivered metric reports.
  `CREATE TABLE waiting_reports (
     id INTEGER PRIMARY KEY,
     subscription TEXT NOT NULL,
     body TEXT NOT NULL
   ) STRICT;`,
];

/** Returns the schema version of a database. @throws StoreError `too-new` */
export function schemaVersion(db: Connection, newest: number = migrations.length): number {
  const version = Number(readPragma(db, 'user_version'));
  if (version <= newest) return version;
  throw new StoreError(
    'too-new',
    `the database has schema version ${version}, and this redfishd knows versions up to ${newest}; ` +
      'run the newer redfishd that wrote it, or move the database away to begin anew',
  );
}

/**
 * Brings a database to the newest version, each step in its own transaction, so that a loss of power leaves it at
 * one version or the next. @throws StoreError `too-new`
 */
export function migrate(db: Connection, steps: readonly string[] = migrations): void {
  const version = schemaVersion(db, steps.length);
  steps.slice(version).forEach((sql, step) => {
    db.transaction(() => {
      db.exec(sql);
      setPragma(db, `user_version = ${version + step + 1}`);
    }).immediate();
  });
}
