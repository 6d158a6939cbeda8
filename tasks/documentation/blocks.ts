/**
 * The code in the documents.
 *
 * @module
 */

/** A fenced block of a Markdown document. */
export interface Block {
  /** Path of the document. */
  readonly document: string;
  /** Line of its first line of code, from 1. */
  readonly line: number;
  /** Language after the fence; empty if there is none. */
  readonly language: string;
  /** Whether it is to be read only, because it needs what is not here: `no-run` behind the fence. */
  readonly readOnly: boolean;
  /** The headings it stands under, outermost first. */
  readonly headings: readonly string[];
  /** The code. */
  readonly text: string;
}

/** Every fenced block of a document, in order. */
export function blocksOf(document: string, markdown: string): Block[] {
  const blocks: Block[] = [];
  const headings: string[] = [];
  const lines = markdown.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const heading = /^(#+) (.*)$/.exec(lines[at]!);
    if (heading !== null) {
      headings.length = Math.min(headings.length, heading[1]!.length - 1);
      headings[heading[1]!.length - 1] = heading[2]!.trim();
    }
    const fence = /^\s*(`{3,})\s*(\w*)(.*)$/.exec(lines[at]!);
    if (fence === null) continue;
    const start = at + 1;
    const end = lines.findIndex((line, index) => index >= start && line.trim() === fence[1]);
    if (end < 0) throw new Error(`${document}:${at + 1}: the code block never ends`);
    blocks.push({
      document,
      line: start + 1,
      language: fence[2]!,
      readOnly: fence[3]!.trim() === "no-run",
      headings: [...headings],
      text: lines.slice(start, end).join("\n") + "\n",
    });
    at = end;
  }
  return blocks;
}

/** The blocks under a heading, those of its subsections included. */
export function blocksUnder(blocks: readonly Block[], ...path: readonly string[]): Block[] {
  return blocks.filter(({ headings }) => path.every((name) => headings.includes(name)));
}

/** The name that a block gives its file in a comment on its first line, such as `// send.ts`. */
export function fileNameOf({ text }: Block): string | undefined {
  return /^(?:\/\/|#)\s*([\w-]+\.\w+)\s*$/m.exec(text.split("\n", 1)[0]!)?.[1];
}
