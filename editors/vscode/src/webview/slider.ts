/** The slider of time in a page: where in the run the moment lies that is shown, and the ways from there. */

import type { FromSlider, ToSlider } from "../timeMessages";
import { counted, type Mark, partOf } from "../timeModel";
import type { Direction, Step } from "../timeProtocol";

/** Until a run is gone back in it is not known how long it was. */
const UNKNOWN: Mark = { at: 1000, last: 1000, text: "at the end of the last run", isPast: false };
/** So much of the run is gone by with Page Up and Page Down. */
const PAGE = 0.05;

export interface Slider {
  show(message: ToSlider): void;
}

export function slider(place: HTMLElement, say: (message: FromSlider) => void): Slider {
  let mark = UNKNOWN;
  const step = (step: Step, direction: Direction) => () => say({ say: "step", step, direction });
  const range = document.createElement("input");
  range.type = "range";
  range.min = "1";
  range.setAttribute("aria-label", "Moment of the run");
  range.title = "←, →: by line · Shift+←, →: by change of the arena · Page Up, Down · Home, End · Escape: back to the end";
  const when = document.createElement("output");
  when.id = "when";
  const end = button("End", "Back to the end of the run (Escape)", () => say({ say: "leave" }));
  const buttons = document.createElement("div");
  buttons.className = "steps";
  buttons.setAttribute("role", "toolbar");
  buttons.setAttribute("aria-label", "Steps");
  buttons.append(
    button("«", "Back to the change of the arena before (Shift+←)", step("event", "back")),
    button("‹", "Back by a line (←)", step("into", "back")),
    button("›", "Forward by a line (→)", step("into", "forward")),
    button("»", "Forward to the next change of the arena (Shift+→)", step("event", "forward")),
    end,
  );
  place.setAttribute("aria-label", "Time");
  place.replaceChildren(buttons, range, when);

  range.addEventListener("input", () => say({ say: "seek", part: partOf(range.valueAsNumber, mark.last) }));
  range.addEventListener("keydown", (event) => {
    const does = key(event);
    if (does) {
      event.preventDefault();
      event.stopPropagation();
      does();
    }
  });

  function key(event: KeyboardEvent): (() => void) | undefined {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return undefined;
    }
    const to = (part: number) => () => say({ say: "seek", part });
    const by = event.shiftKey ? "event" : "into";
    const here = partOf(mark.at, mark.last);
    switch (event.key) {
      case "ArrowLeft":
      case "ArrowDown":
        return step(by, "back");
      case "ArrowRight":
      case "ArrowUp":
        return step(by, "forward");
      case "PageDown":
        return to(here + PAGE);
      case "PageUp":
        return to(here - PAGE);
      case "Home":
        return to(0);
      case "End":
        return to(1);
      case "Escape":
        return () => say({ say: "leave" });
      default:
        return undefined;
    }
  }

  function show(message: ToSlider): void {
    mark = message.mark ?? UNKNOWN;
    const isKnown = message.mark !== null;
    range.max = String(mark.last);
    range.value = String(mark.at);
    const text = isKnown ? `${mark.text} · ${counted(mark)}` : mark.text;
    when.textContent = mark.isPast ? `The past: ${text}` : capital(text);
    range.setAttribute("aria-valuetext", text);
    end.disabled = !isKnown;
    place.classList.toggle("past", mark.isPast);
  }

  show({ say: "moment", mark: null });
  return { show };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function button(text: string, title: string, does: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.textContent = text;
  element.title = title;
  element.setAttribute("aria-label", title);
  element.addEventListener("click", does);
  return element;
}
