import type { LookupAudit } from "@offstreet/enforcement";
import pino from "pino";

/** A file of audit records, one line of JSON each. */
export interface AuditLog {
  /** For the handler's option `onAnswer`. */
  append(record: LookupAudit): void;
  /**
   * Goes on in a new file of the same name, after the old one was renamed. Call it on SIGHUP, and let logrotate rename:
   *
   *     /var/log/permits/lookups.jsonl {
   *       daily
   *       rotate 400            # as long as a ticket can be challenged, in days
   *       compress
   *       delaycompress
   *       postrotate
   *         kill -HUP "$(cat /run/permits.pid)"
   *       endscript
   *     }
   */
  reopen(): void;
  close(): void;
}

/** Opens the file, and makes its folder where there is none. */
export function openAuditLog(path: string): AuditLog {
  // Written before the answer leaves, so that a process that dies loses no record. It takes some microseconds; with
  // `sync: false` it takes none, and the last records of a process that dies are lost.
  const destination = pino.destination({ dest: path, mkdir: true, sync: true });
  // A record has its own time. Of pino's fields only the level stays, for what reads log lines by it.
  const logger = pino({ base: null, timestamp: false }, destination);
  return {
    append: (record) => logger.info(record),
    reopen: () => destination.reopen(),
    close: () => destination.end(),
  };
}
