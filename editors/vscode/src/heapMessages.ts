/** What the picture of the heap and the extension say to one another. */

import type { HeapView } from "./drawingProtocol";

export type ToPicture =
  | { say: "draw"; view: HeapView }
  | { say: "nothing"; why: string };

export type FromPicture =
  | { say: "ready" }
  /** Put an object in the middle; the variables without one. */
  | { say: "middle"; slot: number | null }
  | { say: "depth"; by: 1 | -1 }
  /** Go to where an object was allocated, or to where its first borrow was taken. */
  | { say: "allocation"; slot: number }
  | { say: "borrow"; slot: number };
