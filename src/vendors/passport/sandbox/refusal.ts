/** One field, or one item of a batch, that the sandbox did not accept. Never repeats the value. */
export interface PassportRefusedField {
  /** The position in `data`; absent where the request as a whole is meant. */
  readonly index?: number;
  readonly field: string;
  readonly problem: string;
}

/** A refusal in the vendor's documented form (RFC 7807), thrown anywhere below the sandbox's router. */
export class PassportRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: readonly PassportRefusedField[];

  constructor(status: number, code: string, refusal: { detail: string; fields?: PassportRefusedField[] }) {
    super(refusal.detail);
    this.status = status;
    this.code = code;
    this.fields = refusal.fields ?? [];
  }

  /** The body; a multi-status reply carries one of these for each refused item. */
  toProblem(): Record<string, unknown> {
    return {
      type: `io.passportlabs:error:${this.code}`,
      title: this.code.replaceAll("_", " "),
      status: this.status,
      detail: this.message,
      additional_details: this.fields,
    };
  }

  toResponse(): Response {
    return Response.json(this.toProblem(), {
      status: this.status,
      headers: { "content-type": "application/problem+json" },
    });
  }
}

/** A request whose shape is wrong: status 400, every wrong field named. */
export function invalidRequest(fields: PassportRefusedField[]): PassportRefusal {
  const [detail = "The request is invalid."] = fields.map(describeField);
  return new PassportRefusal(400, "invalid_request", { detail, fields });
}

/**
 * Notes what only our reading of Passport refuses: the request is carried out, and the sandbox keeps a warning. In strict
 * mode it throws the refusal instead.
 */
export type NoteDeviation = (refusal: PassportRefusal) => void;

/** A deviation in the words of a warning: the field and what is wrong with it, never its value. */
export function describeDeviation({ fields, message }: PassportRefusal): string[] {
  return fields.length === 0 ? [message] : fields.map(describeField);
}

function describeField({ index, field, problem }: PassportRefusedField): string {
  return `${index === undefined ? "" : `data[${index}] `}${field}: ${problem}`;
}
