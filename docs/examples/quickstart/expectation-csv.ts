/** One record of a CSV text. */
export type CsvRecord = {
  /** The physical line on which the record starts; the header is on line 1. */
  readonly line: number;
  readonly fields: readonly string[];
};

/**
 * Reads RFC 4180 text: commas, quoted fields that may hold commas, doubled quotes and newlines, CRLF or LF,
 * an optional byte order mark. The header is returned as the first record.
 *
 * Kept apart from the CSV library of the run on purpose: a mistake in either must show as a difference.
 */
export function readCsv(text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  let fields: string[] = [];
  let field = "";
  let quoted = false;
  let line = 1;
  let startedOn = 1;

  const endField = () => {
    fields.push(field);
    field = "";
  };
  const endRecord = () => {
    endField();
    records.push({ line: startedOn, fields });
    fields = [];
    startedOn = line;
  };

  const start = text.startsWith("\uFEFF") ? 1 : 0;
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\n") line++;
    if (quoted) {
      if (character !== '"') field += character;
      else if (text.charAt(at + 1) !== '"') quoted = false;
      else {
        field += '"';
        at++;
      }
    } else if (character === '"') quoted = true;
    else if (character === ",") endField();
    else if (character === "\n") endRecord();
    else if (character !== "\r") field += character;
  }
  // The last line may lack its line end; a file that ends properly leaves nothing behind.
  if (field !== "" || fields.length > 0) endRecord();
  return records;
}
