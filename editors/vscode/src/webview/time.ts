/** The page of the slider above the arena. */

import type { FromSlider, ToSlider } from "../timeMessages";
import { slider } from "./slider";

declare function acquireVsCodeApi(): { postMessage(message: FromSlider | { say: "ready" }): void };

const editor = acquireVsCodeApi();
const shown = slider(document.getElementById("time") as HTMLElement, (message) => editor.postMessage(message));

window.addEventListener("message", ({ data }: MessageEvent<ToSlider>) => shown.show(data));
editor.postMessage({ say: "ready" });
