/** What the slider and the extension say to one another. */

import type { Mark } from "./timeModel";
import type { Direction, Step } from "./timeProtocol";

/** The moment that is shown; without one, the end of the last run. */
export interface ToSlider {
  say: "moment";
  mark: Mark | null;
}

export type FromSlider =
  /** To a part of the run, from 0 to 1. */
  | { say: "seek"; part: number }
  | { say: "step"; step: Step; direction: Direction }
  | { say: "leave" };

export function isFromSlider(message: { say: string }): message is FromSlider {
  return message.say === "seek" || message.say === "step" || message.say === "leave";
}
