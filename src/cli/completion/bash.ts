import type { Command } from "../command.ts";
import { BIN_NAME, FIRST_WORDS, type Offer, offerOf, offerOfOperand, quote } from "./completed-words.ts";

/** A script for bash, from version 3.2 on. It needs nothing but bash. */
export function toBashScript(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name);
  return `# Completion for bash: eval "$(${BIN_NAME} completion bash)"
_offstreet_enforcement() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local command= words= flags= offer= i
  COMPREPLY=()
  # bash takes --flag=value apart at the equals sign.
  if [[ $current == "=" ]]; then
    current=
  elif [[ $previous == "=" ]]; then
    previous=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ \${COMP_WORDS[i]} != -* ]]; then
      command=\${COMP_WORDS[i]}
      break
    fi
  done
  case $command in
    "") words=${quote([...names, ...FIRST_WORDS.keys()].join(" "))} ;;
    help) words=${quote(names.join(" "))} ;;
${commands.map(toCase).join("\n")}
    *) offer=files ;;
  esac
  if [[ $command && $current == -* && ! $offer ]]; then
    words=$flags
  elif [[ $offer == files ]]; then
    return 0
  fi
  if [[ ! $words ]]; then
    compopt +o default 2>/dev/null
    return 0
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _offstreet_enforcement ${BIN_NAME}
`;
}

function toCase(command: Command): string {
  const { name, flags } = command;
  const byOffer = new Map<string, string[]>();
  for (const [flag, definition] of Object.entries(flags)) {
    const offer = offerOf(definition);
    if (offer === undefined) continue;
    const known = byOffer.get(assign(offer)) ?? [];
    byOffer.set(assign(offer), [...known, `--${flag}`]);
  }
  const valued = Array.from(byOffer, ([offer, names]) => `        ${names.join(" | ")}) ${offer} ;;`);
  const operand = offerOfOperand(command);
  const other =
    operand === "files"
      ? "[[ $current == -* ]] || offer=files"
      : `words=${quote(toWords(operand).join(" "))}`;
  return `    ${name})
      flags=${quote([...Object.keys(flags), "help"].map((flag) => `--${flag}`).join(" "))}
      case $previous in
${[...valued, `        *) ${other} ;;`].join("\n")}
      esac
      ;;`;
}

function assign(offer: Offer): string {
  if (typeof offer === "string") return `offer=${offer}`;
  return `offer=words words=${quote(offer.join(" "))}`;
}

function toWords(offer: Offer): readonly string[] {
  return typeof offer === "string" ? [] : offer;
}
