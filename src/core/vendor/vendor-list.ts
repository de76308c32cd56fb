/**
 * What a text of a vendor's list is for. `id`: compared as it is, so that what a spreadsheet did to it makes another id of
 * it. `spotId`: an id in digits, so that an exponent without a sign is damage too. `name`: free text, which may look like
 * a number.
 */
export type VendorTextUse = "id" | "spotId" | "name";

/** One field of the entries of a vendor's list. */
export interface VendorListField {
  /** Its key in an entry, in mapping files and in what the validator takes. */
  readonly key: string;
  readonly use: VendorTextUse;
  /** What messages call it. Default: the key, or a table's own header. */
  readonly label?: string;
  /** Whether an entry without it is refused. Default false. */
  readonly required?: boolean;
  /** Headers of a table that are taken for it, in any case. Empty: no table has it. */
  readonly columns: readonly string[];
  /** Whether an empty cell of a table is an empty text, which says something. Default false: it is an absent one. */
  readonly keepsBlank?: boolean;
  /** Whether `null` is an absent value in a document. Default false: it is refused. */
  readonly nullable?: boolean;
}

/**
 * The list that a vendor gives of what locations are mapped to, and how it is read from files: as a list of entries in a
 * mapping file, and from a file of its own.
 */
export interface VendorList {
  /** Its key in a mapping file and in what the validator takes: `stations`. */
  readonly key: string;
  /** The flag of the command line that names a file with it: `stations`. */
  readonly flag: string;
  /** The vendor's word for one entry; an s makes its plural: `station`. */
  readonly entry: string;
  /** What the flag's help says. */
  readonly help: string;
  readonly fields: readonly VendorListField[];
  /** The field that a location's target is compared with. */
  readonly target: string;
  /** The field that an entry is when it is a text alone. Absent: each entry is a record. */
  readonly textAlone?: string;
  /**
   * The forms that a file of its own may have. `table`: CSV. `document`: JSON or YAML. `bullets`: the text of an e-mail
   * with a line `- name: id` for each entry, of the fields that are named. With more than one form, `table` is for names
   * that end in .csv or .tsv, and the other one for the rest.
   */
  readonly forms: readonly VendorListForm[];
  /** Whether the headers of the vendor's own export are unpublished, so that `--column key=header` names them. Default false. */
  readonly namedColumns?: boolean;
  /** The vendor's own reply with the list in it, where a document may hold it. It may be one page of several. */
  readonly reply?: {
    /** The key of the reply under which the list stands. */
    readonly under: string;
    /** Fields that the reply calls otherwise: its name by ours. */
    readonly names: Readonly<Record<string, string>>;
  };
}

export type VendorListForm =
  | { readonly form: "table" }
  | { readonly form: "document" }
  | { readonly form: "bullets"; readonly name: string; readonly id: string };

/** A vendor's list as it was read. */
export interface ReadVendorList {
  /** Records of the fields, or texts where `textAlone` allows them. */
  readonly entries: readonly unknown[];
  /** Whether the vendor has nothing else. */
  readonly complete: boolean;
  /** When the vendor said so, where that is known. */
  readonly fetchedAt?: Date;
}
