/**
 * Creates the objects of the SQLite addon and keeps each for the life of the process: some releases of Node 24 (seen with
 * 24.21) abort when such an object is garbage collected outside of a call. Callers must therefore bound the number of
 * different statements.
 */
import Database from 'better-sqlite3';

export type Connection = Database.Database;
export type Statement = Database.Statement;

const kept: object[] = [];

function keep<T extends object>(native: T): T {
  kept.push(native);
  return native;
}

/** Opens a database file, or the image of one in memory. @throws the error of SQLite */
export function connect(source: string | Buffer, options: Database.Options = {}): Connection {
  return keep(new Database(source, options));
}

/** @throws the error of SQLite */
export function prepareStatement(db: Connection, sql: string): Statement {
  return keep(db.prepare(sql));
}

/** Returns the value of a pragma. @throws the error of SQLite */
export function readPragma(db: Connection, pragma: string): unknown {
  return prepareStatement(db, `PRAGMA ${pragma}`).pluck().get();
}

/** Sets a pragma, or runs one for its effect. @throws the error of SQLite */
export function setPragma(db: Connection, pragma: string): void {
  db.exec(`PRAGMA ${pragma}`);
}
