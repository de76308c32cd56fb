import pg from "pg";

/** A pool of `pg`, and how many statements its connections have sent. */
export function createCountingPool({ host, database }: { host: string; database: string }) {
  let statements = 0;
  class CountingClient extends pg.Client {
    // Overloads of `query` do not matter here: every way to call it sends one statement.
    override query = ((...given: Parameters<pg.Client["query"]>) => {
      statements += 1;
      return super.query(...given);
    }) as unknown as pg.Client["query"];
  }
  const pool = new pg.Pool({ host, database, user: "postgres", Client: CountingClient });
  return { pool, countStatements: () => statements };
}
