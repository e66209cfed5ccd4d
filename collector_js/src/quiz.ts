/**
 * The quiz: boxes that the gate has drawn for one session (docs/protocol.md, section 2). What lays out pages knows how large they
 * become; a script has to work it out. They are measured and gone within one task, so that nobody ever sees them.
 */

/** The number of the box that it goes into, its style, and what is asked of it, by its name in the DOM or in the CSSOM. */
export type Box = [into: number, style: string, what?: string];

/** The style of what holds them all: it keeps them out of sight, and the page's own styles out of them. Then the boxes. */
export type Quiz = [style: string, ...boxes: Box[]];

/** Styled through the CSSOM, which no policy of a page forbids. */
function draw(parent: Node, style: string): HTMLElement {
  const box = document.createElement("div");
  box.style.cssText = style;
  return parent.appendChild(box);
}

/** The answers in the order in which they are asked for. A gate of before the quiz asks nothing. */
export function solve([style, ...boxes]: Quiz = [""]): string[] {
  const answers: string[] = [];
  const host = draw(document.documentElement, style);
  const drawn: Node[] = [host.attachShadow({ mode: "closed" })];
  for (const [into, own, what] of boxes) {
    const box = draw(drawn[into] as Node, own);
    drawn.push(box);
    if (what) answers.push(String(box[what as "innerText"] ?? getComputedStyle(box)[what as "color"]));
  }
  host.remove();
  return answers;
}
