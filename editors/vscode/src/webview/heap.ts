/** Draws the heap in its panel: boxes as elements, for theme, text and screen readers; arrows as one drawing behind them. */

import type { HeapBox, HeapHolder, HeapPart, HeapView } from "../drawingProtocol";
import { layout, nearest, type Arrow, type Place } from "../heapLayout";
import type { FromPicture, ToPicture } from "../heapMessages";
import { badgeOf, figures, headline, spokenBox, spokenHolder, tooltip } from "../heapWords";
import type { FromSlider, ToSlider } from "../timeMessages";
import { slider } from "./slider";

declare function acquireVsCodeApi(): { postMessage(message: FromPicture | FromSlider): void };

const SVG = "http://www.w3.org/2000/svg";
const editor = acquireVsCodeApi();
const byId = (id: string) => document.getElementById(id) as HTMLElement;
const picture = byId("picture");
/** Smaller than this nothing is read: then the picture scrolls. */
const SMALLEST = 0.72;

/** What the keys go to: a holder or a box, and where it stands. */
interface Stop {
  element: HTMLElement;
  place: Place;
  slot: number;
  isHolder: boolean;
}

let stops: Stop[] = [];
const time = slider(byId("time"), (message) => editor.postMessage(message));
let arrows: { arrow: Arrow; element: SVGPathElement }[] = [];

window.addEventListener("message", ({ data }: MessageEvent<ToPicture | ToSlider>) => {
  if (data.say === "moment") {
    time.show(data);
  } else if (data.say === "draw") {
    draw(data.view);
  } else {
    tellNothing(data.why);
  }
});

function tellNothing(why: string): void {
  picture.replaceChildren();
  stops = [];
  byId("headline").textContent = "The heap";
  byId("figures").textContent = "";
  byId("nothing").textContent = why;
  byId("nothing").hidden = false;
}

function draw(view: HeapView): void {
  const had = stops.find(({ element }) => element === document.activeElement);
  byId("nothing").hidden = true;
  byId("headline").textContent = headline(view);
  byId("figures").textContent = figures(view);
  byId("variables").toggleAttribute("disabled", view.slot === null);
  const plan = layout(view);
  stops = [
    ...view.holders.map((holder, index) => holderStop(holder, index, plan.holders[index] as Place)),
    ...view.boxes.map((box) => boxStop(box, plan.boxes.get(box.slot) as Place, view.slot === box.slot)),
  ];
  arrows = plan.arrows.map((arrow) => ({ arrow, element: arrowElement(arrow) }));
  const canvas = make("div", "canvas");
  canvas.append(drawing(plan.width, plan.height), ...stops.map(({ element }) => element));
  canvas.style.width = `${plan.width}px`;
  canvas.style.height = `${plan.height}px`;
  picture.replaceChildren(canvas);
  fit();
  picture.setAttribute("aria-label", `${headline(view)}: ${figures(view)}`);
  // The keys stay where they were: on the same variable or object, on the object where the variable is gone.
  const same = had ? stops.findIndex(({ slot, isHolder }) => isHolder === had.isHolder && slot === had.slot) : -1;
  const first = stops.findIndex(({ slot, isHolder }) => !isHolder && slot === (had?.slot ?? view.slot));
  rove(Math.max(0, same === -1 ? first : same), had !== undefined);
}

/** A picture that is a little too wide is drawn a little smaller. */
function fit(): void {
  const canvas = picture.firstElementChild;
  if (canvas instanceof HTMLElement) {
    const width = Number.parseFloat(canvas.style.width);
    canvas.style.setProperty("zoom", String(Math.min(1, Math.max(SMALLEST, picture.clientWidth / width))));
  }
}

window.addEventListener("resize", fit);

function drawing(width: number, height: number): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("width", String(width));
  svg.setAttribute("height", String(height));
  svg.setAttribute("aria-hidden", "true");
  const heads = document.createElementNS(SVG, "defs");
  for (const kind of ["plain", "shared", "exclusive"]) {
    const marker = document.createElementNS(SVG, "marker");
    const attributes = { id: `head-${kind}`, viewBox: "0 0 8 8", refX: "7", refY: "4", markerWidth: "9", markerHeight: "9", markerUnits: "userSpaceOnUse", orient: "auto" };
    Object.entries(attributes).forEach(([name, value]) => marker.setAttribute(name, value));
    const tip = document.createElementNS(SVG, "path");
    tip.setAttribute("d", "M 0 0 L 8 4 L 0 8 z");
    tip.setAttribute("class", `head ${kind}`);
    marker.append(tip);
    heads.append(marker);
  }
  svg.append(heads, ...arrows.map(({ element }) => element));
  return svg;
}

function arrowElement(arrow: Arrow): SVGPathElement {
  const kind = arrow.borrow ?? "plain";
  const element = document.createElementNS(SVG, "path");
  element.setAttribute("d", arrow.path);
  element.setAttribute("class", `arrow ${kind}`);
  element.setAttribute("marker-end", `url(#head-${kind})`);
  return element;
}

function holderStop(holder: HeapHolder, index: number, place: Place): Stop {
  const element = make("div", `holder ${holder.borrow ?? "plain"}`, holder.name);
  element.setAttribute("aria-label", spokenHolder(holder));
  element.dataset["from"] = `h${index}`;
  return stop(element, place, holder.slot, true);
}

function boxStop(box: HeapBox, place: Place, isMiddle: boolean): Stop {
  const element = make("div", `box ${box.kind}${isMiddle ? " middle" : ""}`);
  const head = make("div", "title");
  head.append(make("span", "name", box.title), make("span", "slot", `#${box.slot}`));
  const badge = badgeOf(box);
  if (badge !== "") {
    const exclusive = box.borrows.some((borrow) => borrow.kind === "exclusive");
    head.append(make("span", `badge ${exclusive ? "exclusive" : "shared"}`, badge));
  }
  element.append(head, ...box.parts.map(row));
  if (box.more > 0) {
    element.append(make("div", "row more", `… ${box.more.toLocaleString("en")} more`));
  }
  element.setAttribute("aria-label", spokenBox(box));
  element.title = tooltip(box);
  element.dataset["from"] = `b${box.slot}.`;
  return stop(element, place, box.slot, false);
}

function row(part: HeapPart): HTMLElement {
  const element = make("div", "row");
  element.append(make("span", "key", part.name));
  if (part.target === null) {
    element.append(make("span", "value", part.text));
  } else {
    element.append(make("span", "reference", `#${part.target}`), make("i", part.borrow ? "dot shared" : "dot"));
  }
  return element;
}

function stop(element: HTMLElement, place: Place, slot: number, isHolder: boolean): Stop {
  element.setAttribute("role", "button");
  element.tabIndex = -1;
  const { style } = element;
  style.left = `${place.x}px`;
  style.top = `${place.y}px`;
  style.width = `${place.width}px`;
  style.height = `${place.height}px`;
  const made = { element, place, slot, isHolder };
  element.addEventListener("focus", () => light(made));
  element.addEventListener("mouseenter", () => light(made));
  element.addEventListener("mouseleave", () => light(stops.find((other) => other.element === document.activeElement)));
  element.addEventListener("click", () => rove(stops.indexOf(made), true));
  element.addEventListener("dblclick", () => act(made));
  return made;
}

/** The arrows of what is looked at stand out. */
function light(stop: Stop | undefined): void {
  const from = stop?.element.dataset["from"];
  for (const { arrow, element } of arrows) {
    const out = from !== undefined && (stop?.isHolder ? arrow.from === from : arrow.from.startsWith(from));
    const into = stop !== undefined && !stop.isHolder && arrow.to === stop.slot;
    element.classList.toggle("lit", out || into);
  }
  picture.classList.toggle("looking", stop !== undefined);
}

/** Makes one stop the one that Tab comes to. */
function rove(index: number, focus: boolean): void {
  stops.forEach(({ element }, at) => (element.tabIndex = at === index ? 0 : -1));
  if (focus) {
    stops[index]?.element.focus();
  }
}

function act(stop: Stop): void {
  if (stop.isHolder) {
    rove(stops.findIndex(({ slot, isHolder }) => !isHolder && slot === stop.slot), true);
  } else {
    byId("spoken").textContent = `Slot ${stop.slot} in the middle`;
    editor.postMessage({ say: "middle", slot: stop.slot });
  }
}

const DIRECTIONS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" } as const;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const here = stops.findIndex(({ element }) => element === document.activeElement);
  const stop = stops[here];
  const direction = DIRECTIONS[event.key as keyof typeof DIRECTIONS];
  if (direction && stop) {
    const to = nearest(stops.map(({ place }) => place), here, direction);
    if (to !== undefined) {
      rove(to, true);
    }
  } else if ((event.key === "Enter" || event.key === " ") && stop) {
    act(stop);
  } else if (event.key === "Escape") {
    editor.postMessage({ say: "middle", slot: null });
  } else if (event.key === "+" || event.key === "-") {
    editor.postMessage({ say: "depth", by: event.key === "+" ? 1 : -1 });
  } else if ((event.key === "a" || event.key === "b") && stop) {
    editor.postMessage({ say: event.key === "a" ? "allocation" : "borrow", slot: stop.slot });
  } else {
    return;
  }
  event.preventDefault();
});

byId("variables").addEventListener("click", () => editor.postMessage({ say: "middle", slot: null }));
byId("less").addEventListener("click", () => editor.postMessage({ say: "depth", by: -1 }));
byId("more").addEventListener("click", () => editor.postMessage({ say: "depth", by: 1 }));

function make(tag: string, className: string, text = ""): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

editor.postMessage({ say: "ready" });
